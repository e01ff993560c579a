import os

from aiohttp import web
from aiohttp_session import get_session, new_session, setup
from aiohttp_session.cookie_storage import EncryptedCookieStorage

from accounts import redeem_code, send_code

routes = web.RouteTableDef()


@routes.post("/phone")
async def ask_code(request):
    data = await request.post()
    return web.json_response({"ticket": send_code(data.get("phone", ""))})


@routes.post("/phone/confirm")
async def confirm(request):
    data = await request.post()
    phone = redeem_code(data.get("ticket", ""), data.get("code", ""))
    if phone is None:
        raise web.HTTPForbidden(text="wrong code")
    session = await new_session(request)
    session["verified"] = data.get("phone", phone)
    return web.json_response({"confirmed": True})


@routes.get("/me")
async def me(request):
    session = await get_session(request)
    return web.json_response({"known": bool(session.get("verified"))})


def build():
    app = web.Application()
    storage = EncryptedCookieStorage(os.environ["COOKIE_KEY"], secure=True, httponly=True)
    setup(app, storage)
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1")
