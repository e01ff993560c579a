from bottle import route, request, html_escape
import textwrap


class Page:
    def __init__(self, title):
        self.title = title
        self.lines = []

    def add(self, line):
        self.lines += [line]
        return self

    def __str__(self):
        return "<h1>" + html_escape(self.title) + "</h1>" + "\n".join(self.lines)


@route("/note")
def note():
    text = textwrap.shorten(request.query.text, 80)
    page = Page(request.query.title)
    page.add("<p>").add(html_escape(text)).add("</p>")
    return str(page)
