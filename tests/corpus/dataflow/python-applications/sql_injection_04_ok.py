import logging
import uuid

import asyncpg
from aiohttp import web

log = logging.getLogger(__name__)


class TicketStore:
    def __init__(self, pool):
        self.pool = pool

    async def status(self, reference):
        async with self.pool.acquire() as conn:
            return await conn.fetchval(
                "SELECT status FROM tickets WHERE reference = '" + reference + "'"
            )


def normalise(raw):
    reference = raw.strip()
    try:
        reference = str(uuid.UUID(reference))
    except ValueError:
        raise web.HTTPNotFound()
    return reference


async def ticket_status(request):
    reference = normalise(request.match_info["reference"])
    status = await request.app["store"].status(reference)
    if status is None:
        raise web.HTTPNotFound()
    return web.json_response({"open": status == "open"})


async def connect(app):
    app["store"] = TicketStore(await asyncpg.create_pool(database="helpdesk"))
    yield
    await app["store"].pool.close()


def create_app():
    app = web.Application()
    app.cleanup_ctx.append(connect)
    app.router.add_get("/tickets/{reference}", ticket_status)
    return app
