from html import escape


class Page:
    def __init__(self, title):
        self._title = title
        self._parts = []

    def add_markup(self, markup):
        self._parts.append(markup)
        return self

    def add_text(self, text):
        self._parts.append(escape(text))
        return self

    def heading(self, text):
        return self.add_markup("<h1>").add_text(text).add_markup("</h1>")

    def paragraph(self, text):
        return self.add_markup("<p>" + text + "</p>")

    def text_paragraph(self, text):
        return self.add_markup("<p>").add_text(text).add_markup("</p>")

    def render(self):
        head = f"<!doctype html><title>{escape(self._title)}</title>"
        return head + "\n".join(self._parts)
