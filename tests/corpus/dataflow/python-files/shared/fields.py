class FieldSource:
    """Reads the fields of a form, with the values declared by the page as a second source."""

    DECLARED = {
        "area": "north",
        "layout": "compact",
        "target": "summary",
        "engine": "default",
    }

    def __init__(self, request):
        self._request = request

    def submitted(self, name):
        values = self._request.form.getlist(name)
        if not values:
            return ""
        return values[-1]

    def declared(self, name):
        return self.DECLARED.get(name, "standard")

    def queried(self, name):
        return self._request.args.get(name, "")


class Holder:
    """Keeps a current and a previous value."""

    current = "none"

    def __init__(self, previous):
        self.previous = previous

    def advance(self, value):
        self.previous = self.current
        self.current = value
        return self
