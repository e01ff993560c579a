import re

HOST = re.compile(r"[a-z0-9][a-z0-9.-]{0,60}")


def looks_like_host(value):
    return HOST.match(value) is not None


def is_host(value):
    return HOST.fullmatch(value) is not None
