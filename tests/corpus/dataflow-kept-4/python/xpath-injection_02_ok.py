import html

from aiohttp import web

from directory import catalog

ROOMS = "data/rooms.xml"
routes = web.RouteTableDef()


class RoomFinder:
    def __init__(self, source):
        self.source = source

    def by_name(self, building, name):
        wanted = html.unescape(name)
        nodes = catalog.select(
            self.source,
            "//building[@code=$code]/room[name=$wanted]",
            code=building, wanted=wanted,
        )
        return [{"id": node.get("id"), "seats": int(node.get("seats", "0"))} for node in nodes]


finder = RoomFinder(ROOMS)


@routes.get("/buildings/{code}/rooms")
async def rooms(request):
    code = request.match_info["code"]
    name = request.query.get("name")
    if not name:
        raise web.HTTPBadRequest()
    return web.json_response(finder.by_name(code, name))


def make_app():
    app = web.Application()
    app.add_routes(routes)
    return app
