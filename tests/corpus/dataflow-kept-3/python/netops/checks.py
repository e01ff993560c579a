import re

HOST_SHAPE = re.compile(r"[a-z0-9][a-z0-9.-]{0,200}", re.I)


class CheckFailed(ValueError):
    pass


def looks_like_host(value):
    if not HOST_SHAPE.match(value):
        raise CheckFailed("host")
    return value


def exact_host(value):
    if not HOST_SHAPE.fullmatch(value):
        raise CheckFailed("host")
    return value
