from aiohttp import web
from lxml import etree

from catalogue.documents import load


class Predicate:
    def __init__(self, axis):
        self.axis = axis
        self.values = {}

    def __setitem__(self, name, value):
        self.values[name] = value

    def source(self):
        return "".join(f'[@{name}="{value}"]' for name, value in self.values.items())

    def find(self, document):
        query = etree.XPath(f"//{self.axis}{self.source()}")
        return query(document, **self.values)


async def search(request):
    predicate = Predicate("exhibit")
    for name in ("hall", "century"):
        if name in request.query:
            predicate[name] = request.query[name]
    predicate["shown"] = "yes"
    try:
        hits = predicate.find(load("museum"))
    except etree.XPathError:
        raise web.HTTPBadRequest()
    return web.json_response({"hits": [hit.get("id") for hit in hits]})


app = web.Application()
app.add_routes([web.get("/exhibits", search)])
