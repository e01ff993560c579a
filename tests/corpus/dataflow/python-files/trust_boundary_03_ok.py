import os
import re

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

NUMBER = re.compile(r"\d{4,10}")


async def customer(request):
    body = await request.json()
    reference = str(body.get("customer", ""))
    found = NUMBER.search(reference)
    value = found and int(found.group())
    if value is None:
        return JSONResponse({"error": "customer"}, status_code=400)
    request.session.update(customer=value)
    return JSONResponse({"customer": "set"})


app = Starlette(
    routes=[Route("/customer", customer, methods=["POST"])],
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)],
)
