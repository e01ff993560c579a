import argparse
import random
import secrets
import string
import sys

GROUPS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-=?@")


def arrange(characters, below):
    """Fisher-Yates with a replaceable source of numbers."""
    for i in range(len(characters) - 1, 0, -1):
        j = below(i + 1)
        characters[i], characters[j] = characters[j], characters[i]
    return characters


SOURCES = {
    "plain": (random.randrange, random.randrange),
    "vault": (secrets.randbelow, secrets.randbelow),
}


def password(length, source):
    draw, shuffle = SOURCES[source]
    picked = [group[draw(len(group))] for group in GROUPS]
    pool = "".join(GROUPS)
    picked += [pool[draw(len(pool))] for _ in range(length - len(picked))]
    return "".join(arrange(picked, shuffle))


def dice(count):
    draw, _ = SOURCES["plain"]
    return [draw(6) + 1 for _ in range(count)]


def main(argv=None):
    parser = argparse.ArgumentParser(prog="makepass")
    parser.add_argument("--length", type=int, default=20)
    parser.add_argument("--dice", type=int, default=0, help="throw dice for the board game instead")
    options = parser.parse_args(argv)
    if options.dice:
        print(*dice(options.dice))
        return 0
    if options.length < 12:
        parser.error("a password has at least 12 characters")
    print(password(options.length, "vault"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
