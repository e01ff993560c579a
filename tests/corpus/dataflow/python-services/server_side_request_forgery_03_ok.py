import asyncio
import logging

import aiohttp
from aiohttp import web

from imports.addresses import AddressError, supplier_address

log = logging.getLogger(__name__)
routes = web.RouteTableDef()
CLIENT = web.AppKey("client", aiohttp.ClientSession)
MAX_IMAGE = 5 * 1024 * 1024


class ImageProbe:
    def __init__(self, client):
        self._client = client

    async def describe(self, url):
        async with self._client.get(url, allow_redirects=False) as response:
            response.raise_for_status()
            content = await response.content.read(MAX_IMAGE)
            return {"type": response.content_type, "size": len(content)}


@routes.post("/images/probe")
async def probe(request):
    body = await request.json()
    wanted = body.get("urls", [])[:10]
    try:
        urls = [supplier_address(str(url)) for url in wanted]
    except AddressError as exc:
        return web.json_response({"error": str(exc)}, status=400)
    images = ImageProbe(request.app[CLIENT])
    results = await asyncio.gather(
        *(images.describe(url) for url in urls), return_exceptions=True
    )
    failed = [result for result in results if isinstance(result, Exception)]
    if failed:
        log.warning("%d images could not be fetched", len(failed))
    found = [result for result in results if isinstance(result, dict)]
    return web.json_response({"images": found})


async def client_context(app):
    timeout = aiohttp.ClientTimeout(total=15)
    async with aiohttp.ClientSession(timeout=timeout) as client:
        app[CLIENT] = client
        yield


def create_app():
    app = web.Application()
    app.add_routes(routes)
    app.cleanup_ctx.append(client_context)
    return app
