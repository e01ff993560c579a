import html


class Widget:
    def __init__(self, **attributes):
        self.attributes = attributes

    def attribute_text(self, value):
        return html.escape(str(value), quote=True)

    def render(self):
        pairs = "".join(f' {k}="{self.attribute_text(v)}"' for k, v in self.attributes.items())
        return f"<{self.tag}{pairs}>{self.content()}</{self.tag}>"

    def content(self):
        return ""


class Page:
    def __init__(self, title):
        self.title = title
        self.widgets = []

    def __iadd__(self, widget):
        self.widgets.append(widget)
        return self

    def __str__(self):
        inner = "\n".join(w.render() for w in self.widgets)
        return f"<!doctype html><title>{html.escape(self.title)}</title>\n{inner}"
