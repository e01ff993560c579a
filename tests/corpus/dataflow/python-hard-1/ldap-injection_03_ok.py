import os
from functools import reduce

from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

FIELDS = ("cn", "title", "l")


def conditions(params):
    asked = {name: params[name] for name in FIELDS if params.get(name)}
    escaped = {name: escape_filter_chars(value) for name, value in asked.items()}
    merged = asked | escaped
    return [f"({name}={value})" for name, value in merged.items()]


def both(left, right):
    return f"(&{left}{right})"


def find(params):
    query = reduce(both, conditions(params), "(objectClass=inetOrgPerson)")
    server = Server(os.environ["LDAP_HOST"], use_ssl=True)
    with Connection(server, os.environ["LDAP_USER"], os.environ["LDAP_PASSWORD"]) as link:
        link.search("ou=people,dc=example,dc=org", query, attributes=["cn"])
        return len(link.entries)


async def count(request):
    total = await run_in_threadpool(find, dict(request.query_params))
    return JSONResponse({"count": total})


app = Starlette(routes=[Route("/people/count", count)])
