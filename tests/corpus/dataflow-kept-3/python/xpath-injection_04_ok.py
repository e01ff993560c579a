import asyncio

from aiohttp import web
from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def literal(value):
    if "'" not in value:
        return "'" + value + "'"
    return "concat(" + ", \"'\", ".join("'" + piece + "'" for piece in value.split("'")) + ")"


def stations(line):
    tree = etree.parse("/srv/transit/lines.xml", PARSER)
    expression = etree.XPath("/network/line[name=" + literal(line) + "]/station/@name")
    return [str(name) for name in expression(tree)]


async def line(request):
    name = request.match_info["name"]
    if len(name) > 80:
        raise web.HTTPNotFound()
    names = await asyncio.to_thread(stations, name)
    return web.json_response({"stations": names})


app = web.Application()
app.router.add_get("/lines/{name}", line)
