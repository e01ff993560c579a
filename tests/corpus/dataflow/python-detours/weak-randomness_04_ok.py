import random
import secrets
import time

from aiohttp import web

sessions = {}


def numbers():
    while True:
        yield secrets.randbits(128)


def identifiers():
    for number in numbers():
        yield f"{number:032x}"


fresh = identifiers()


async def sign_in(request):
    form = await request.post()
    if not secrets.compare_digest(str(form.get("pin", "")).encode(), request.app["pin"]):
        raise web.HTTPForbidden()
    identifier = next(fresh)
    sessions[identifier] = time.monotonic()
    response = web.json_response({"signed_in": True})
    response.set_cookie("sid", identifier, secure=True, httponly=True, samesite="Strict")
    return response


def make_app(pin):
    app = web.Application()
    app["pin"] = pin.encode()
    app.router.add_post("/sign-in", sign_in)
    return app
