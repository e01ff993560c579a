from aiohttp import web
from aiohttp_session import get_session

from shared.fields import Holder


async def approve(request):
    decision = request.headers.get("X-Approved-By", "")
    holder = Holder("system").advance(decision)
    approver = holder.previous
    session = await get_session(request)
    session["approved_by"] = approver
    return web.json_response({"stored": True})


def make_app():
    app = web.Application()
    app.router.add_post("/approve", approve)
    return app
