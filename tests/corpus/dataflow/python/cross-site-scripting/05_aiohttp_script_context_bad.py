import html
import json

from aiohttp import web

PAGE = """<!doctype html>
<title>Map</title>
<div id="map"></div>
<script>
  window.settings = {%s};
</script>
"""


def setting(place):
    return "place: '" + html.escape(place, quote=False) + "'"


async def show(request: web.Request) -> web.Response:
    place = request.query.get("place", "Lyon")
    return web.Response(text=PAGE % setting(place), content_type="text/html")


app = web.Application()
app.router.add_get("/map", show)
