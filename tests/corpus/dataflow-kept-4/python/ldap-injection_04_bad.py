import os
from collections import ChainMap

from aiohttp import web
from ldap3.utils.conv import escape_filter_chars

from directory.client import Directory

routes = web.RouteTableDef()

CONDITION = "(&(objectClass=person)(!(employeeType=hidden))(l={region})(physicalDeliveryOfficeName={office}))"


def condition(raw):
    escaped = {key: escape_filter_chars(value) for key, value in raw.items()}
    return CONDITION.format_map(ChainMap(dict(raw), escaped))


@routes.get("/offices/{region}/{office}")
async def members(request):
    people = request.app["people"]
    found = people.find(condition(request.match_info), attributes=("cn", "telephoneNumber"))
    return web.json_response({"count": len(found), "people": found})


def make_app():
    app = web.Application()
    app["people"] = Directory(os.environ.get("LDAP_HOST", "localhost"), os.environ.get("LDAP_SECRET", ""))
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(make_app(), port=8040)
