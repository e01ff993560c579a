import os
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route


class Discount(NamedTuple):
    code: str
    percent: int
    source: str


KNOWN = {
    "SPRING": Discount("SPRING", 10, "campaign"),
    "CLUB": Discount("CLUB", 15, "membership"),
}


def resolve(body):
    match body:
        case {"code": str(code), **rest} if code in KNOWN:
            return KNOWN[code]._replace(**rest)
        case {"code": _}:
            return None
        case _:
            raise ValueError("code expected")


async def apply_code(request):
    try:
        discount = resolve(await request.json())
    except ValueError:
        return JSONResponse({"error": "code expected"}, status_code=400)
    if discount is None:
        return JSONResponse({"applied": False})
    request.session["discount"] = discount._asdict()
    return JSONResponse({"applied": True})


async def checkout(request):
    percent = request.session.get("discount", {}).get("percent", 0)
    return JSONResponse({"factor": (100 - percent) / 100})


app = Starlette(
    routes=[
        Route("/discount", apply_code, methods=["POST"]),
        Route("/checkout", checkout, methods=["POST"]),
    ],
    middleware=[
        Middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True),
    ],
)
