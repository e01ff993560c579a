"""Switches between the accounts that a bookkeeper looks after."""
from aiohttp import web
from aiohttp_session import get_session

routes = web.RouteTableDef()


async def accounts_of(app, user_id):
    rows = await app["db"].fetch(
        "SELECT account_id FROM bookkeepers WHERE user_id = $1", user_id
    )
    return {row["account_id"] for row in rows}


@routes.post("/accounts/switch")
async def switch(request):
    session = await get_session(request)
    user_id = session.get("user_id")
    if user_id is None:
        raise web.HTTPUnauthorized()
    data = await request.post()
    try:
        wanted = int(data["account"])
    except (KeyError, ValueError):
        raise web.HTTPBadRequest(text="account missing")
    allowed = await accounts_of(request.app, user_id)
    if wanted not in allowed:
        raise web.HTTPForbidden(text="not one of your accounts")
    session["account"] = wanted
    raise web.HTTPSeeOther("/ledger")


@routes.get("/ledger")
async def ledger(request):
    session = await get_session(request)
    if "account" not in session:
        raise web.HTTPSeeOther("/")
    rows = await request.app["db"].fetch(
        "SELECT day, cents FROM bookings WHERE account_id = $1", session["account"]
    )
    return web.json_response([[str(row["day"]), row["cents"]] for row in rows])
