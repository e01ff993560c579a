import os

import asyncpg
from sanic import Sanic
from sanic.response import json

app = Sanic("fleet")


@app.before_server_start
async def open_pool(app, _loop):
    app.ctx.pool = await asyncpg.create_pool(os.environ["FLEET_DSN"])


@app.after_server_stop
async def close_pool(app, _loop):
    await app.ctx.pool.close()


def in_list(plates):
    return ", ".join(f"'{p.upper()}'" for p in plates)


@app.get("/vehicles")
async def vehicles(request):
    plates = [p for p in request.args.getlist("plate", []) if len(p) < 64]
    if not plates:
        return json({"vehicles": []})
    query = (
        "SELECT plate, model, odometer FROM vehicles "
        f"WHERE plate IN ({in_list(plates)}) ORDER BY plate"
    )
    async with request.app.ctx.pool.acquire() as conn:
        records = await conn.fetch(query)
    return json({"vehicles": [dict(r) for r in records]})


@app.get("/vehicles/count")
async def vehicle_count(request):
    async with request.app.ctx.pool.acquire() as conn:
        total = await conn.fetchval("SELECT count(*) FROM vehicles")
    return json({"count": total})
