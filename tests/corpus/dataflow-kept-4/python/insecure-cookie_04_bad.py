import abc
import hmac
import os
import secrets

from aiohttp import web


class CookiePolicy(abc.ABC):
    max_age = 1800

    @abc.abstractmethod
    def extra(self):
        ...

    def write(self, response, name, value):
        response.set_cookie(
            name, value, max_age=self.max_age, httponly=True, samesite="Lax", **self.extra()
        )


class Relaxed(CookiePolicy):
    max_age = 7 * 86400

    def extra(self):
        return {"path": "/"}


class Kiosk(Relaxed):
    max_age = 600

    def extra(self):
        return {**super().extra(), "path": "/kiosk"}


POLICIES = {"kiosk": Kiosk(), "member": Relaxed()}


async def login(request):
    data = await request.json()
    if not hmac.compare_digest(str(data.get("code", "")).encode(), request.app["code"]):
        raise web.HTTPForbidden()
    policy = POLICIES["kiosk" if data.get("kiosk") is True else "member"]
    token = secrets.token_urlsafe(32)
    request.app["tokens"].add(token)
    response = web.json_response({"ok": True})
    policy.write(response, "session", token)
    return response


def make_app():
    app = web.Application()
    app["code"] = os.environ.get("LOGIN_CODE", secrets.token_hex(8)).encode()
    app["tokens"] = set()
    app.router.add_post("/login", login)
    return app
