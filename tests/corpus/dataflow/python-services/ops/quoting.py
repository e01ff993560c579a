def wrap(text):
    """A shell word between double quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(text):
    """A shell word between single quotes."""
    return "'" + text.replace("'", "'\"'\"'") + "'"
