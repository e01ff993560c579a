import logging

from aiohttp import web

from library.badges import BadgeError, padded_badge
from library.catalogue import load_staff

log = logging.getLogger(__name__)
routes = web.RouteTableDef()
STAFF_TREE = web.AppKey("staff_tree", object)


class StaffDirectory:
    query = "./department/person[@badge='%s']"

    def __init__(self, tree):
        self.root = tree.getroot()

    def find(self, badge):
        person = next(iter(self.root.xpath(self.query % badge)), None)
        if person is None:
            raise LookupError("no such badge")
        return {"name": person.findtext("name"), "desk": person.findtext("desk")}


@routes.post("/desk")
async def desk(request):
    body = await request.json()
    try:
        badge = padded_badge(str(body.get("badge", "")))
        person = StaffDirectory(request.app[STAFF_TREE]).find(badge)
    except BadgeError as exc:
        raise web.HTTPBadRequest(reason="badge is not valid") from exc
    except LookupError:
        log.info("unknown badge")
        raise web.HTTPNotFound() from None
    return web.json_response(person)


async def on_startup(app):
    app[STAFF_TREE] = load_staff()


def create_app():
    app = web.Application()
    app.add_routes(routes)
    app.on_startup.append(on_startup)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), host="127.0.0.1", port=8080)
