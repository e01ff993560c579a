LAYOUTS = {
    "receipt": "Receipt {{ number }}\nTotal: {{ total }}",
    "reminder": "Invoice {{ number }} of {{ total }} is due.",
}


class LayoutError(LookupError):
    pass


def find_layout(name, default="receipt"):
    """A stored layout, or the text itself when none has that name."""
    if not name:
        name = default
    if name in LAYOUTS:
        return LAYOUTS[name]
    return name


def stored_layout(name, default="receipt"):
    """A stored layout."""
    if not name:
        name = default
    if name not in LAYOUTS:
        raise LayoutError("no such layout")
    return LAYOUTS[name]
