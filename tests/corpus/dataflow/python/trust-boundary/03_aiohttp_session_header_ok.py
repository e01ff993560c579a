from aiohttp import web
from aiohttp_session import get_session

TENANTS = {"a1": "alpha", "b2": "beta"}
routes = web.RouteTableDef()


@routes.post("/tenant")
async def select_tenant(request: web.Request) -> web.Response:
    session = await get_session(request)
    key = request.headers.get("X-Tenant", "")
    if key not in TENANTS:
        raise web.HTTPForbidden()
    session["tenant"] = TENANTS[key]
    return web.json_response({"selected": True})


@routes.get("/tenant")
async def show_tenant(request: web.Request) -> web.Response:
    session = await get_session(request)
    return web.json_response({"chosen": "tenant" in session})
