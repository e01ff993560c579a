from bottle import Bottle, HTTPError, request
from lxml import etree

app = Bottle()
TREE = etree.parse("/srv/minutes/2024.xml")
find_titles = etree.XPath("//meeting/title/text()")


def position(default="1"):
    text = request.query.get("position", default)
    if not text.isdecimal():
        raise HTTPError(400, "a number is expected")
    return text


@app.get("/meetings")
def meeting():
    nodes = etree.ETXPath("//meeting[position()=%s]/title" % position())(TREE)
    return {"titles": [node.text for node in nodes]}


@app.get("/meetings/all")
def meetings():
    return {"titles": [str(title) for title in find_titles(TREE)]}
