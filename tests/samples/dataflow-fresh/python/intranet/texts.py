import html
import os
import pathlib

ROOT = pathlib.Path(os.path.dirname(os.path.abspath(__file__))).parent
DATA_DIR = str(ROOT / "data")


def escape_for_html(text):
    return html.escape(text, quote=True)


def escape_for_command(text):
    return "'" + text.replace("'", "'\"'\"'") + "'"


def shell_name():
    return "cmd.exe" if os.name == "nt" else "sh"


def shell_flag():
    return "/c" if os.name == "nt" else "-c"


def read_command_output(proc):
    out = proc.stdout or b""
    return f"{escape_for_html(out.decode('utf-8', 'replace'))}<br>"


def only_digits(text):
    return "".join(c for c in text if c.isdigit())
