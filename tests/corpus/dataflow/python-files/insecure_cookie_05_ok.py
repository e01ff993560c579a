import secrets

from aiohttp import web


def keep(response, name, value, secure=False, *, days=1):
    response.set_cookie(
        name,
        value,
        max_age=days * 86400,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


async def sign_in(request):
    data = await request.post()
    response = web.json_response({"user": len(data.getall("user", []))})
    for name in ("sid", "device"):
        value = secrets.token_urlsafe(32)
        keep(response, name, value, True, days=30)
    return response


def make_app():
    app = web.Application()
    app.router.add_post("/sign-in", sign_in)
    return app
