from collections import deque

from pyramid.httpexceptions import HTTPBadRequest, HTTPForbidden
from pyramid.view import view_config, view_defaults

TENANTS = {
    "anna": ("north", "east"),
    "bob": ("south",),
}


@view_defaults(route_name="tenant", renderer="json")
class TenantViews:
    def __init__(self, request):
        self.request = request
        self.recent = deque(request.session.get("recent", ()), maxlen=5)

    def _allowed(self):
        return TENANTS.get(self.request.authenticated_userid, ())

    @view_config(request_method="POST")
    def switch(self):
        wanted = self.request.json_body.get("tenant")
        if not isinstance(wanted, str):
            raise HTTPBadRequest()
        current = self.request.session.get("tenant")
        if current is not None and current not in self._allowed():
            raise HTTPForbidden()
        self.recent.append(wanted)
        self.request.session["tenant"] = self.recent[-1]
        self.request.session["recent"] = list(self.recent)
        return {"switched": True}

    @view_config(request_method="DELETE")
    def leave(self):
        self.request.session.pop("tenant", None)
        return {"switched": False}


def includeme(config):
    config.add_route("tenant", "/tenant")
    config.scan(__name__)
