from urllib.parse import urlsplit, urlunsplit

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route


def local_part(url):
    parts = urlsplit(url)
    path = "/" + parts.path.lstrip("/\\")
    parts = parts._replace(scheme="", netloc="", path=path, fragment="")
    return urlunsplit(parts)


async def leave(request):
    target = request.query_params.get("to", "/")
    try:
        location = local_part(target)
    except ValueError:
        location = "/"
    return RedirectResponse(location, status_code=302)


async def home(request):
    return RedirectResponse("/welcome", status_code=307)


app = Starlette(routes=[Route("/", home), Route("/leave", leave)])
