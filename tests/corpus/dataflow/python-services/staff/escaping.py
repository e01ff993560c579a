from ldap3.utils.conv import escape_filter_chars

_SPECIAL = '\\,+"<>;\x00'


def name_value(text):
    """A value for use in a distinguished name."""
    return "".join("\\" + char if char in _SPECIAL else char for char in text.strip())


def filter_value(text):
    """A value for use in a search filter."""
    return escape_filter_chars(text.strip())
