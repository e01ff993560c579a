from dataclasses import dataclass

from flask import Flask, Response, request

from shared.markup import Element, attr, text

app = Flask(__name__)


@dataclass(frozen=True)
class SearchModel:
    phrase: str
    page: int

    @classmethod
    def from_request(cls, args):
        return cls(args.get("q", ""), args.get("page", 1, type=int))


class SearchBox:
    def __init__(self, model):
        self.model = model

    def element(self):
        phrase = attr(self.model.phrase)
        box = Element("input").set("type", "search").set("name", "q")
        return box.set("value", phrase)


class Heading:
    def __init__(self, model):
        self.model = model

    def element(self):
        return Element("h1").add("Results for " + text(self.model.phrase))


class Page:
    parts = (Heading, SearchBox)

    def __init__(self, model):
        self.model = model

    def render(self):
        main = Element("main").set("data-page", self.model.page)
        for part in self.parts:
            main.add(part(self.model).element())
        return "<!doctype html>" + str(main)


@app.get("/search")
def search():
    page = Page(SearchModel.from_request(request.args))
    return Response(page.render(), mimetype="text/html")
