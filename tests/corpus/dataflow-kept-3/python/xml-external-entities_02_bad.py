from dataclasses import replace

from lxml import etree
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.view import view_config

from feeds.parsers import EXPANDING, STRICT, make_parser


def options_for(request):
    layout = request.headers.get("X-Feed-Layout", "plain")
    if layout == "plain":
        return STRICT
    return replace(EXPANDING, no_network=True, load_dtd=False)


@view_config(route_name="feed", request_method="POST", renderer="json")
def receive(request):
    try:
        root = etree.fromstring(request.body, make_parser(options_for(request)))
    except etree.XMLSyntaxError:
        raise HTTPBadRequest()
    return {"titles": [item.findtext("title") for item in root.iterfind("item")]}


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.add_route("feed", "/feed")
        config.scan()
    return config.make_wsgi_app()
