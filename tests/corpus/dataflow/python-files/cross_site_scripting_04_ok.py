import json
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

PAGE = """<!doctype html>
<script>
  window.state = STATE;
</script>
"""


def serialise(state):
    text = json.dumps(state)
    return text.replace("<", "\\u003c")


async def start(request):
    theme = unquote(request.query_params.get("theme", "light"))
    state = {"theme": theme, "version": 4}
    return HTMLResponse(PAGE.replace("STATE", serialise(state)))


app = Starlette(routes=[Route("/", start)])
