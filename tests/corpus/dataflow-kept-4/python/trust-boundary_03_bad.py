import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

PREFERENCES = {"columns": int, "rows": int, "dense": bool}


def chosen(data):
    for key, value in data.items():
        yield key, PREFERENCES.get(key, str)(value)


async def save(request):
    data = await request.json()
    try:
        request.session.update(chosen(data))
    except (TypeError, ValueError, AttributeError):
        return JSONResponse({"saved": False}, status_code=422)
    return JSONResponse({"saved": True})


async def staff(request):
    if request.session.get("role") != "staff":
        return JSONResponse({"allowed": False}, status_code=403)
    return JSONResponse({"allowed": True, "rows": request.session.get("rows", 20)})


app = Starlette(
    routes=[Route("/preferences", save, methods=["PUT"]), Route("/staff", staff)],
    middleware=[
        Middleware(
            SessionMiddleware,
            secret_key=os.environ.get("SESSION_KEY") or os.urandom(32).hex(),
            https_only=True,
        )
    ],
)
