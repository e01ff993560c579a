import random
import uuid
from collections import OrderedDict

from aiohttp import web

SESSIONS = web.AppKey("sessions", OrderedDict)
ACCOUNTS = web.AppKey("accounts", object)


def session_ids():
    while True:
        yield uuid.uuid4().hex


fresh = session_ids()


async def sign_in(request):
    body = await request.json()
    user = await request.app[ACCOUNTS].check(body.get("name"), body.get("password"))
    if user is None:
        raise web.HTTPUnauthorized()
    sessions = request.app[SESSIONS]
    identifier = next(fresh)
    sessions[identifier] = user.id
    while len(sessions) > 10_000:
        sessions.popitem(last=False)
    return web.json_response({"session": identifier})


def make_app(accounts):
    app = web.Application()
    app[SESSIONS] = OrderedDict()
    app[ACCOUNTS] = accounts
    app.router.add_post("/sessions", sign_in)
    return app
