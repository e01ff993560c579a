import asyncio
import base64
from collections import deque

from aiohttp import web

routes = web.RouteTableDef()


@routes.get("/jobs/signal")
async def signal_job(request):
    packed = request.cookies.get("job", "")
    try:
        unpacked = base64.b64decode(packed).decode("utf-8")
    except ValueError:
        raise web.HTTPBadRequest(text="bad job reference")

    pending = deque(maxlen=2)
    pending.append("0")
    pending.append("1")
    pending.append(unpacked)
    pid = pending.pop()

    try:
        pid = int(pid)
    except ValueError:
        raise web.HTTPBadRequest(text="bad job reference")

    proc = await asyncio.create_subprocess_shell("kill -USR1 {}".format(pid))
    return web.json_response({"code": await proc.wait()})


def make_app():
    app = web.Application()
    app.add_routes(routes)
    return app
