from starlette.applications import Starlette
from starlette.config import Config
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

config = Config()
DEFAULTS = {"is_admin": False, "page_size": 20}
SIZES = (10, 20, 50)


async def preferences(request: Request) -> JSONResponse:
    body = await request.json()
    size = body.get("page_size")
    settings = {**DEFAULTS, "page_size": size if size in SIZES else 20}
    request.session.update(settings)
    return JSONResponse({"stored": sorted(DEFAULTS)})


async def show(request: Request) -> JSONResponse:
    return JSONResponse({"page_size": request.session.get("page_size")})


session = Middleware(SessionMiddleware, secret_key=config("SESSION_KEY"), https_only=True)
routes = [
    Route("/preferences", preferences, methods=["POST"]),
    Route("/preferences", show),
]
app = Starlette(routes=routes, middleware=[session])
