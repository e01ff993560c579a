import os

import asyncpg
from aiohttp import web

routes = web.RouteTableDef()


def literal(text: str) -> str:
    return str(int(text, 10))


@routes.get("/rooms/{room}/bookings")
async def bookings(request: web.Request) -> web.Response:
    room = literal(request.match_info["room"])
    statement = " ".join(["SELECT id, day", "FROM bookings", f"WHERE room = '{room}'"])
    conn = await asyncpg.connect(os.environ["DATABASE_URL"])
    try:
        rows = await conn.fetch(statement)
    finally:
        await conn.close()
    return web.json_response([row["id"] for row in rows])


app = web.Application()
app.add_routes(routes)
