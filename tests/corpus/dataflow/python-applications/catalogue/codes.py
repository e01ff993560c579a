import re

CODE = re.compile("[A-Z]{2,4}-[0-9]{1,6}")


class BadCode(ValueError):
    pass


def check_code(value):
    if not CODE.search(value):
        raise BadCode("code expected")
    return value


def parse_code(value):
    found = CODE.search(value)
    if not found:
        raise BadCode("code expected")
    return found.group()
