from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

DOMAINS = ("shopfront.example", "shopfront-media.example")


def belongs(url):
    parts = urlsplit(url)
    if parts.scheme != "https" or "\\" in url or "@" in parts.netloc:
        return False
    host = parts.hostname or ""
    return any(host == domain or host.endswith("." + domain) for domain in DOMAINS)


class Outbound(HTTPEndpoint):
    clicks = 0

    async def get(self, request):
        url = request.query_params.get("to", "")
        match belongs(url):
            case True:
                Outbound.clicks += 1
                return RedirectResponse(url, status_code=302)
            case False:
                raise HTTPException(status_code=400, detail="unknown destination")


app = Starlette(routes=[Route("/out", Outbound)])
