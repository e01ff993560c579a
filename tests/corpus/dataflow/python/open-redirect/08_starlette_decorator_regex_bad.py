import functools
import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

LOCAL = re.compile(r"^/[\w/.?=&-]*$")


def with_target(handler):
    @functools.wraps(handler)
    async def call(request: Request):
        form = await request.form()
        target = str(form.get("return_to", "/"))
        if not LOCAL.fullmatch(target):
            return PlainTextResponse("bad target", status_code=400)
        return await handler(request, target)

    return call


@with_target
async def save(request: Request, target: str):
    request.app.state.saved = True
    return RedirectResponse(target, status_code=303)


app = Starlette(routes=[Route("/save", save, methods=["POST"])])
