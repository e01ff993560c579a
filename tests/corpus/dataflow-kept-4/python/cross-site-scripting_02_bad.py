import json

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

SHELL = """<!doctype html>
<html><head><title>Planner</title></head>
<body><div id="root"></div>
<script>window.initialState = %s;</script>
<script src="/static/planner.js"></script>
</body></html>"""

VIEWS = ("day", "week", "month")


def initial_state(params):
    view = params.get("view", "week")
    return {
        "view": view if view in VIEWS else "week",
        "filter": params.get("filter", ""),
        "compact": params.get("compact") == "1",
    }


async def planner(request):
    state = json.dumps(initial_state(request.query_params))
    state = state.replace("'", "\\u0027").replace("&", "\\u0026")
    return HTMLResponse(SHELL % state)


app = Starlette(routes=[Route("/planner", planner)])
