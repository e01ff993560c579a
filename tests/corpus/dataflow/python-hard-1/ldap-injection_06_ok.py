import os
from wsgiref.simple_server import make_server

import ldap
from ldap.dn import escape_dn_chars
from ldap.filter import escape_filter_chars
from pyramid.config import Configurator
from pyramid.view import view_config

ROOT = ("ou=units", "dc=example", "dc=org")


def branch(unit):
    name = escape_dn_chars(unit)
    return ",".join([f"ou={name}", *ROOT])


@view_config(route_name="members", renderer="json")
def members(request):
    unit = request.matchdict["unit"]
    title = request.params.get("title", "engineer")
    link = ldap.initialize(os.environ["LDAP_URL"])
    link.simple_bind_s(os.environ["LDAP_USER"], os.environ["LDAP_PASSWORD"])
    try:
        rows = link.search_s(
            branch(unit),
            ldap.SCOPE_ONELEVEL,
            "(title=%s)" % escape_filter_chars(title),
            ["cn"],
        )
    except ldap.NO_SUCH_OBJECT:
        rows = []
    return {"members": [dn for dn, _ in rows]}


def main(global_config=None, **settings):
    with Configurator(settings=settings) as config:
        config.add_route("members", "/units/{unit}/members")
        config.scan()
        return config.make_wsgi_app()


if __name__ == "__main__":
    make_server("", 6543, main()).serve_forever()
