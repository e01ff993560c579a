from pathlib import Path

from aiohttp import web

NOTES = Path("/var/lib/notes")
routes = web.RouteTableDef()


def locate(name: str) -> Path:
    path = (NOTES / name).resolve()
    if not path.is_relative_to(NOTES):
        raise web.HTTPNotFound()
    return path


@routes.get("/notes/{name:.+}")
async def read_note(request: web.Request) -> web.Response:
    path = locate(request.match_info["name"])
    if not path.is_file():
        raise web.HTTPNotFound()
    return web.Response(text=path.read_text(encoding="utf-8"), content_type="text/plain")


app = web.Application()
app.add_routes(routes)
