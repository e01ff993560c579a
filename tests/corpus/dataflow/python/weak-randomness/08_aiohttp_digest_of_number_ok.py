import hashlib
import os
import random

from aiohttp import web

LINKS: dict[str, str] = {}


def share_id() -> str:
    material = os.urandom(32)
    return hashlib.sha256(material).hexdigest()


async def share(request: web.Request) -> web.Response:
    body = await request.json()
    mark = share_id()
    LINKS[mark] = str(body["document"])
    server = random.choice(["a", "b", "c"])
    return web.json_response({"link": mark, "server": server}, status=201)


async def follow(request: web.Request) -> web.Response:
    document = LINKS.get(request.match_info["mark"])
    if document is None:
        raise web.HTTPNotFound()
    return web.json_response({"document": document})


app = web.Application()
app.add_routes([web.post("/share", share), web.get("/share/{mark}", follow)])
