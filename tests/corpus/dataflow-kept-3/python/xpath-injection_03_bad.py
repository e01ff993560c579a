from bottle import Bottle, HTTPError, request
from lxml import etree

app = Bottle()
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


def reading(raw):
    try:
        level = int(raw)
    except ValueError:
        raise HTTPError(400, "level must be a number")
    if not 0 <= level <= 10:
        raise HTTPError(400, "level out of range")
    return raw


def sections(level, language="en"):
    manual = etree.parse("/srv/manual/manual.xml", PARSER)
    find = etree.ETXPath("//section[@level=%s and lang('%s')]/heading" % (level, language))
    for heading in find(manual):
        yield heading.text


@app.get("/manual/sections")
def list_sections():
    wanted = request.query.get("level", "1")
    reading(request.query.get("from", "0"))
    return {"sections": list(sections(wanted))}
