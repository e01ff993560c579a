"""Remembers the workspace that a request belongs to."""
import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

PLANS = {"north": "basic", "south": "pro", "west": "basic"}


def workspace_of(request):
    name = request.headers.get("x-workspace", "").lower()
    record = {"requested": request.headers.get("x-plan", "basic"), "plan": PLANS.get(name)}
    return name, record


async def enter(request):
    name, record = workspace_of(request)
    if name not in PLANS:
        return JSONResponse({"error": "no such workspace"}, status_code=404)
    request.session["plan"] = record["requested"]
    return JSONResponse({"workspace": name})


async def export(request):
    if request.session.get("plan") != "pro":
        return JSONResponse({"error": "not part of the plan"}, status_code=402)
    return JSONResponse({"rows": request.app.state.rows})


app = Starlette(
    routes=[Route("/enter", enter, methods=["POST"]), Route("/export", export)],
    middleware=[
        Middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)
    ],
)
app.state.rows = []
