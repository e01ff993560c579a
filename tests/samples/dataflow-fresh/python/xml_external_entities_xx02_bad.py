from lxml import etree
from flask import Blueprint, request

feeds = Blueprint("feeds", __name__)


def make_parser(resolve):
    return etree.XMLParser(resolve_entities=resolve, no_network=not resolve, load_dtd=resolve)


@feeds.post("/feed")
def feed():
    parser = make_parser(True)
    root = etree.fromstring(request.data, parser=parser)
    return {"title": root.findtext("title")}
