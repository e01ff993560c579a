import urllib.parse

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPFound


def switch(request):
    target = request.params.get("return_to", "/")
    query = urllib.parse.urlencode({"return_to": target, "lang": "en"})
    location = urllib.parse.parse_qs(query)["return_to"][0]
    return HTTPFound(location=location)


def main():
    config = Configurator()
    config.add_route("switch", "/switch")
    config.add_view(switch, route_name="switch")
    return config.make_wsgi_app()
