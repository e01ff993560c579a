from functools import partial

from aiohttp import web
from lxml import etree

Parser = partial(etree.XMLParser, resolve_entities=True, no_network=True)


async def manifest(request):
    form = await request.post()
    document = form["manifest"].file.read()
    parser = Parser(no_network=False)
    root = etree.XML(document, parser)
    return web.json_response({"version": root.get("version"), "label": root.findtext("label")})


def make_app():
    app = web.Application()
    app.router.add_put("/manifest", manifest)
    return app
