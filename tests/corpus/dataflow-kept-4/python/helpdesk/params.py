from flask import abort, request


def text(name, default=""):
    return request.values.get(name, default).strip()


def number(name, default=0):
    raw = request.values.get(name)
    if raw is None:
        return default
    try:
        return int(raw)
    except ValueError:
        abort(400)


def choice(name, allowed, default):
    value = text(name, default)
    return value if value in allowed else default
