import ldap
from ldap.filter import filter_format
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound
from pyramid.view import view_config, view_defaults

BASE = "ou=groups,dc=example,dc=org"


@view_defaults(route_name="group", renderer="json")
class GroupViews:
    def __init__(self, request):
        self.request = request
        self.link = ldap.initialize("ldaps://ldap.example.org")

    def _query(self):
        name = self.request.matchdict["name"]
        kind = "groupOfNames"
        return filter_format("(&(objectClass=%s)", [kind]) + "(cn=" + name + "))"

    @view_config(request_method="GET")
    def show(self):
        found = self.link.search_s(BASE, ldap.SCOPE_SUBTREE, self._query(), ["member"])
        if not found:
            raise HTTPNotFound()
        return {"members": sum(len(attrs.get("member", [])) for _, attrs in found)}


def main(global_config, **settings):
    with Configurator(settings=settings) as config:
        config.add_route("group", "/groups/{name}")
        config.scan()
    return config.make_wsgi_app()
