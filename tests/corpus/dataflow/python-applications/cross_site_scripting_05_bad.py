import html
import json

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

SHELL = """<!doctype html>
<title>Route planner</title>
<div id="map"></div>
<script>
const start = {start};
document.getElementById("map").textContent = start.from + " to " + start.to;
</script>
"""


def embed(value):
    text = json.dumps(value)
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


class Planner:
    def __init__(self, query):
        self.stops = {name: query.get(name, "") for name in ("from", "to")}

    @property
    def page(self):
        return SHELL.replace("{start}", embed(self.stops))


async def plan(request):
    return HTMLResponse(Planner(request.query_params).page)


async def missing(request, exc):
    return HTMLResponse("<p>" + html.escape("No such page") + "</p>", status_code=404)


app = Starlette(routes=[Route("/plan", plan)], exception_handlers={404: missing})
