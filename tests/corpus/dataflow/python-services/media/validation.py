import re

_SIZE_PREFIX = re.compile(r"\d{1,4}x\d{1,4}")


class InvalidValue(ValueError):
    pass


def read_size(value):
    value = (value or "").strip()
    if not _SIZE_PREFIX.match(value):
        raise InvalidValue("size must look like 640x480")
    return value


def parse_size(value):
    value = (value or "").strip()
    if not _SIZE_PREFIX.fullmatch(value):
        raise InvalidValue("size must look like 640x480")
    width, height = value.split("x")
    if int(width) > 4000 or int(height) > 4000:
        raise InvalidValue("size is too large")
    return value
