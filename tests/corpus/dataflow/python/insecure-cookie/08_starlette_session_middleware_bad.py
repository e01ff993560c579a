from starlette.applications import Starlette
from starlette.config import Config
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

config = Config()
DEBUG = config("DEBUG", cast=bool, default=False)


async def login(request: Request) -> JSONResponse:
    body = await request.json()
    user = await request.app.state.accounts.sign_in(body["name"], body["password"])
    if user is None:
        return JSONResponse({"error": "sign-in failed"}, status_code=401)
    request.session["user_id"] = user.id
    return JSONResponse({"signed_in": True})


session = Middleware(SessionMiddleware, secret_key=config("KEY"), same_site="strict")
app = Starlette(debug=DEBUG, routes=[Route("/login", login, methods=["POST"])], middleware=[session])
