import secrets
from dataclasses import asdict, dataclass

from aiohttp import web


@dataclass
class CookieOptions:
    path: str = "/"
    httponly: bool = True
    secure: bool = False
    samesite: str = "Lax"


class Login:
    def __init__(self, accounts):
        self.accounts = accounts
        self.options = CookieOptions(samesite="Strict")
        self.public = CookieOptions(httponly=False)
        self.public.secure = True

    async def __call__(self, request: web.Request) -> web.Response:
        form = await request.post()
        token = secrets.token_hex(32)
        if not await self.accounts.open(token, form["name"], form["password"]):
            raise web.HTTPUnauthorized()
        response = web.json_response({"signed_in": True})
        response.set_cookie("login_token", token, **asdict(self.options))
        response.set_cookie("theme", "dark", **asdict(self.public))
        return response
