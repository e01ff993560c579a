import html

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from pages.widgets import Page, Widget


class Heading(Widget):
    tag = "h1"

    def __init__(self, text, **attributes):
        super().__init__(**attributes)
        self.text = text

    def content(self):
        return self.text.strip()


class Note(Widget):
    tag = "p"

    def content(self):
        return "No results yet."


async def results(request):
    query = request.query_params.get("q", "everything")
    page = Page(f"Results for {query}")
    page += Heading(query, title=query)
    page += Note(role="status")
    return HTMLResponse(str(page))


app = Starlette(routes=[Route("/results", results)])
