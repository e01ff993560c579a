import asyncio

from aiohttp import web
from ldap3 import Connection, Server

server = Server("ldaps://directory.internal")
ESCAPES = {"\\": r"\5c", "*": r"\2a", "(": r"\28", ")": r"\29", "\0": r"\00"}


def neutral(value):
    return "".join(ESCAPES.get(char, char) for char in value)


def device_filter(serial, vendor):
    shortened = serial[:4] + "-" + serial[4:60]
    wanted = neutral(vendor)
    shortened = neutral(shortened)
    return "".join(["(&(objectClass=device)(serialNumber=", shortened, ")(o=", wanted, "))"])


def search(criteria):
    with Connection(server, auto_bind=True) as conn:
        conn.search("ou=devices,dc=example,dc=org", criteria, attributes=["owner"])
        return [str(entry.owner) for entry in conn.entries]


async def device_owner(request):
    form = await request.post()
    criteria = device_filter(str(form.get("serial", "")), str(form.get("vendor", "acme")))
    owners = await asyncio.to_thread(search, criteria)
    return web.json_response({"owners": owners})


app = web.Application()
app.router.add_post("/devices/owner", device_owner)
