"""Sends the addresses of the old documentation to the new place."""
import logging

from aiohttp import web
from yarl import URL

log = logging.getLogger("redirects")
MOVED = {
    "start.html": "/guide/start",
    "faq.html": "/guide/questions",
}


async def old_docs(request):
    tail = request.match_info["tail"]
    location = MOVED.get(tail)
    if location is None:
        location = "/" + tail.removesuffix(".html")
    log.info("moved: %r", tail)
    raise web.HTTPMovedPermanently(location=URL(location))


async def health(request):
    return web.Response(text="ok")


def create_app():
    app = web.Application()
    app.router.add_get("/health", health)
    app.router.add_get("/old/{tail:.*}", old_docs)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), port=8090)
