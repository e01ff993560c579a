import argparse
import subprocess
from urllib.parse import quote, unquote


def prepare(branch, **extra):
    fields = {"branch": branch} | extra
    return " ".join(f"{fields[name]}" for name in ("tool", "verb", "branch"))


def main(argv=None):
    parser = argparse.ArgumentParser(prog="mirror")
    parser.add_argument("branch")
    parser.add_argument("--depth", type=int, default=1)
    options = parser.parse_args(argv)

    encoded = quote(options.branch, safe="")
    branch = encoded.lstrip("-.").replace("~", "")
    command = prepare(branch, tool="git", verb="branch --list --")
    return subprocess.call(command + " > branches.txt", shell=True)


if __name__ == "__main__":
    raise SystemExit(main())
