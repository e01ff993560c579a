"""Text helpers for the sitemap console."""


def literal(text):
    """Write a text as an XPath string literal."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = text.split("'")
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in parts) + ")"


def shorten(text, limit=60):
    return text if len(text) <= limit else text[: limit - 1] + "…"
