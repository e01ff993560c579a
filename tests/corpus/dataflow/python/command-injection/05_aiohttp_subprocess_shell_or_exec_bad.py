import asyncio

from aiohttp import web

routes = web.RouteTableDef()


async def trace(*words):
    process = await asyncio.create_subprocess_shell(
        " ".join(words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await process.communicate()
    return output.decode(errors="replace")


@routes.post("/trace")
async def start(request: web.Request) -> web.Response:
    body = await request.json()
    text = await trace("traceroute", "-m", "8", "--", str(body["host"]))
    return web.json_response({"lines": text.splitlines()})


app = web.Application()
app.add_routes(routes)
