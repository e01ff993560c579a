import decimal

import aiohttp
from aiohttp import web


async def rate(request):
    fields = await request.post()
    branch = str(fields.get("branch", "1"))
    amount = fields.get("amount", "1")
    try:
        amount = decimal.Decimal(amount)
    except (decimal.InvalidOperation, ValueError):
        raise web.HTTPBadRequest(text="numbers expected")
    if not amount.is_finite():
        raise web.HTTPBadRequest(text="numbers expected")

    url = "http://%s.rates.internal:8080/convert" % branch
    async with aiohttp.ClientSession() as session:
        async with session.get(url, params={"amount": str(amount)}) as reply:
            return web.json_response({"status": reply.status})


def make_app():
    app = web.Application()
    app.router.add_post("/rate", rate)
    return app
