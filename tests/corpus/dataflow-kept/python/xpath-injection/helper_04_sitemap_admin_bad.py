"""Text helpers for the sitemap console."""


def literal(text):
    """Write a text as an XPath string literal."""
    if "'" not in text:
        return f"'{text}'"
    return '"' + text.replace("'", "\\'") + '"'


def shorten(text, limit=60):
    return text if len(text) <= limit else text[: limit - 1] + "…"
