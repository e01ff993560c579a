import html


def text(value):
    return html.escape(value, quote=False)


def attr(value):
    return html.escape(value, quote=True)


class Element:
    def __init__(self, tag):
        self.tag = tag
        self.attributes = []
        self.children = []

    def set(self, name, value):
        self.attributes.append(f'{name}="{value}"')
        return self

    def add(self, child):
        self.children.append(child)
        return self

    def __str__(self):
        head = " ".join([self.tag, *self.attributes])
        body = "".join(str(child) for child in self.children)
        return f"<{head}>{body}</{self.tag}>"
