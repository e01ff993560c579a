from ldap3.utils.conv import escape_filter_chars


def equals(attribute, value):
    return f"({attribute}={escape_filter_chars(value)})"


def matches(attribute, pattern):
    return f"({attribute}={pattern})"


def all_of(*parts):
    return "(&" + "".join(parts) + ")"
