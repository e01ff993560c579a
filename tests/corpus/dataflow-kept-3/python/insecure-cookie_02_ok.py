import secrets

from aiohttp import web

from cookies.policy import CookiePolicy

policy = CookiePolicy(max_age=900)
STATES = web.AppKey("states", set)


async def begin(request):
    state = secrets.token_urlsafe(24)
    request.app[STATES].add(state)
    response = web.json_response({"begun": True})
    response.set_cookie("state", state, **policy.options("path"))
    return response


app = web.Application()
app[STATES] = set()
app.router.add_post("/begin", begin)
