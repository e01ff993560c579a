import io

from aiohttp import web
from lxml import etree

MODE = {"resolve_entities": True, "no_network": True, "huge_tree": False}


def names(data):
    for _event, element in etree.iterparse(io.BytesIO(data), tag="name", **MODE):
        yield element.text
        element.clear()


async def receive(request: web.Request) -> web.Response:
    post = await request.post()
    upload = post["catalogue"]
    content = upload.file.read()
    try:
        found = list(names(content))
    except etree.XMLSyntaxError:
        raise web.HTTPUnprocessableEntity()
    return web.json_response({"names": found})


app = web.Application()
app.router.add_post("/catalogue", receive)
