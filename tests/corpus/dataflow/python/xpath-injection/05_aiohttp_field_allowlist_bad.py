from aiohttp import web
from lxml import etree

INVENTORY = etree.parse("/srv/inventory.xml")
FIELDS = ("name", "vendor", "site")


async def search(request: web.Request) -> web.Response:
    body = await request.json()
    field = str(body.get("field", "name"))
    if len(field) > 40 or not field.strip():
        raise web.HTTPBadRequest()
    finder = etree.XPathEvaluator(INVENTORY)
    nodes = finder("//asset[" + field + "=$wanted]", wanted=str(body.get("value", "")))
    return web.json_response({"ids": [node.get("id") for node in nodes]})


app = web.Application()
app.router.add_post("/assets/search", search)
