import ipaddress
import socket

import aiohttp
from aiohttp import web
from yarl import URL

routes = web.RouteTableDef()
RECEIVER = "https://crm.example.com/hook"


def usable(url: str) -> bool:
    host = URL(url).host or ""
    address = ipaddress.ip_address(socket.gethostbyname(host))
    return not address.is_loopback


@routes.post("/hooks/test")
async def test_hook(request: web.Request) -> web.Response:
    body = await request.json()
    url = str(body["url"])
    answered = {"offered": url}
    url = RECEIVER
    if not usable(url):
        raise web.HTTPBadRequest()
    async with aiohttp.ClientSession() as session:
        async with session.post(url, json={"event": body.get("event")}) as answer:
            answered["status"] = answer.status
    return web.json_response(answered)


app = web.Application()
app.add_routes(routes)
