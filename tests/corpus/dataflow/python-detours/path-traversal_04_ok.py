import asyncio
import os

from aiohttp import web

THEMES = "/srv/themes"


def theme_file(theme):
    full = os.path.realpath(os.path.join(THEMES, theme))
    if not full.startswith(THEMES + os.sep):
        raise web.HTTPNotFound()
    return full


def load(filename):
    with open(filename, "rb") as handle:
        return handle.read()


async def stylesheet(request):
    theme = request.headers.get("X-Theme", "default.css")
    filename = theme_file(theme)
    try:
        data = await asyncio.to_thread(load, filename)
    except OSError:
        raise web.HTTPNotFound()
    return web.Response(body=data, content_type="text/css")


app = web.Application()
app.router.add_get("/theme", stylesheet)

if __name__ == "__main__":
    web.run_app(app, port=8085)
