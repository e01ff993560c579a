import asyncio
import os

from aiohttp import web
from ldap3 import Connection, Server
from ldap3.utils.conv import escape_filter_chars

ATTRIBUTES = ("sn", "givenName", "l")


def build(query):
    pairs = [(key, escape_filter_chars(query[key])) for key in query if key in ATTRIBUTES]
    return "(&%s)" % "".join(f"({key}={value}*)" for key, value in pairs)


def search(text):
    server = Server(os.environ["LDAP_HOST"], use_ssl=True)
    with Connection(server, auto_bind=True) as conn:
        conn.search("ou=people,dc=example,dc=com", text, attributes=["cn"])
        return len(conn.entries)


async def people(request: web.Request) -> web.Response:
    text = build(request.query)
    number = await asyncio.to_thread(search, text)
    return web.json_response({"found": number})


app = web.Application()
app.router.add_get("/people", people)
