import asyncio
import os

import ldap
from ldap.filter import filter_format
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

BASE = "ou=devices,dc=example,dc=org"


def query_for(name, owner):
    pattern = "(&(objectClass=device)(cn=%s)(owner=%s))"
    return filter_format(pattern, [name, owner])


def search(query):
    link = ldap.initialize(os.environ["LDAP_URL"])
    return link.search_s(BASE, ldap.SCOPE_SUBTREE, query, ["serialNumber"])


async def device(request: Request) -> JSONResponse:
    query = query_for(request.path_params["name"], request.headers.get("x-owner", ""))
    entries = await asyncio.to_thread(search, query)
    return JSONResponse({"found": len(entries)})


app = Starlette(routes=[Route("/devices/{name}", device)])
