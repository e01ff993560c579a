import asyncio

from aiohttp import web

from opsdesk.hosts import looks_like_host as acceptable

routes = web.RouteTableDef()


async def reachable(host, attempts):
    proc = await asyncio.create_subprocess_shell(
        f"ping -q -c {attempts} {host}",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await proc.wait() == 0


@routes.post("/probe")
async def probe(request):
    payload = await request.json()
    hosts = payload.get("hosts", [])
    if not isinstance(hosts, list) or len(hosts) > 8:
        raise web.HTTPBadRequest()
    checks = []
    for host in hosts:
        if not isinstance(host, str) or not acceptable(host):
            raise web.HTTPUnprocessableEntity()
        checks.append(reachable(host, 2))
    results = await asyncio.gather(*checks)
    return web.json_response({"up": sum(results), "down": len(results) - sum(results)})


def create_app():
    app = web.Application()
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), port=8090)
