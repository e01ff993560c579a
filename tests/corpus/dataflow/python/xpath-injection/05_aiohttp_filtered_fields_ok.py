from aiohttp import web
from lxml import etree

INVENTORY = etree.parse("/srv/inventory.xml")
FIELDS = ("name", "vendor", "site")


async def search(request: web.Request) -> web.Response:
    body = await request.json()
    fields = list(filter(FIELDS.__contains__, body.get("fields", [])))
    if not fields:
        raise web.HTTPBadRequest()
    finder = etree.XPathEvaluator(INVENTORY)
    tests = " or ".join(map(lambda field: field + "=$wanted", fields))
    nodes = finder("//asset[" + tests + "]", wanted=str(body.get("value", "")))
    return web.json_response({"ids": [node.get("id") for node in nodes]})


app = web.Application()
app.router.add_post("/assets/search", search)
