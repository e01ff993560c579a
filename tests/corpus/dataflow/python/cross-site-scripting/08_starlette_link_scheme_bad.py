from html import escape
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route


def link(address: str) -> str:
    scheme = urlsplit(address).scheme or "https"
    title = "link (%s)" % scheme
    return '<a href="{}" title="{}">Website</a>'.format(escape(address), escape(title))


async def card(request: Request) -> HTMLResponse:
    form = await request.form()
    name = escape(str(form.get("name", "")))
    website = link(str(form.get("website", "")))
    return HTMLResponse(f"<!doctype html><h1>{name}</h1><p>{website}</p>")


app = Starlette(routes=[Route("/card", card, methods=["POST"])])
