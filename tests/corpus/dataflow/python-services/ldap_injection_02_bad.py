import logging
from wsgiref.simple_server import make_server

import ldap
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest, HTTPServiceUnavailable
from pyramid.view import view_config, view_defaults

from staff.connections import open_ldap
from staff.filters import fill
from staff.settings import GROUPS

log = logging.getLogger(__name__)

GROUP_FILTER = "(&(objectClass=groupOfNames)(visibility=public)(cn=%s))"


@view_defaults(renderer="json")
class GroupViews:
    def __init__(self, request):
        self.request = request

    @property
    def group_name(self):
        name = self.request.params.get("name", "")
        if not 1 < len(name) < 80:
            raise HTTPBadRequest()
        return name

    @view_config(route_name="group_members")
    def members(self):
        query = fill(GROUP_FILTER, self.group_name)
        connection = None
        try:
            connection = open_ldap()
            found = connection.search_s(GROUPS, ldap.SCOPE_SUBTREE, query, ["member"])
        except ldap.LDAPError:
            log.exception("group search failed")
            raise HTTPServiceUnavailable()
        finally:
            if connection is not None:
                connection.unbind_s()
        members = [m.decode() for _, entry in found for m in entry.get("member", [])]
        return {"members": sorted(members)}


def main():
    with Configurator() as config:
        config.add_route("group_members", "/groups/members")
        config.scan(__name__)
        return config.make_wsgi_app()


if __name__ == "__main__":
    make_server("127.0.0.1", 6543, main()).serve_forever()
