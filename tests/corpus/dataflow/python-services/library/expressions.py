from html import escape


def markup_text(text):
    """Text as it stands between quotes in the catalogue file."""
    return '"' + escape(text, quote=False) + '"'


def string_literal(text):
    """Text as a string of an XPath expression."""
    if '"' not in text:
        return f'"{text}"'
    parts = text.split('"')
    joined = ", '\"', ".join(f'"{part}"' for part in parts)
    return f"concat({joined})"
