import secrets

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from cookies import policy


class SessionIssuer:
    def __init__(self, rules):
        self.rules = rules
        self.open = {}

    async def __call__(self, request):
        body = await request.json()
        identifier = secrets.token_urlsafe(32)
        self.open[identifier] = int(body.get("seat", 0))
        response = JSONResponse({"open": len(self.open)})
        response.set_cookie("seat_session", identifier, **self.rules.options())
        return response


async def begin(request):
    return await request.app.state.issuer(request)


app = Starlette(routes=[Route("/seats", begin, methods=["POST"])])
app.state.issuer = SessionIssuer(policy.public())
