"""Session hand-out of the single-page application's backend."""
import secrets
from dataclasses import asdict, dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

SESSIONS = {}


@dataclass(frozen=True)
class CookiePolicy:
    max_age: int = 3600
    path: str = "/"
    secure: bool = False
    httponly: bool = True
    samesite: str = "strict"


POLICY = CookiePolicy(max_age=8 * 3600)


async def open_session(request: Request):
    credentials = await request.json()
    user = await request.app.state.users.verify(
        credentials.get("name"), credentials.get("password")
    )
    if user is None:
        return JSONResponse({"error": "wrong name or password"}, status_code=401)
    key = secrets.token_hex(32)
    SESSIONS[key] = user.id
    response = JSONResponse({"id": user.id})
    response.set_cookie("sid", key, **asdict(POLICY))
    return response


app = Starlette(routes=[Route("/session", open_session, methods=["POST"])])
