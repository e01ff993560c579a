from aiohttp import web

from wire.codecs import codec_for


async def measurements(request):
    data = await request.read()
    announced = request.content_type
    version = request.headers.get("X-Format", "2")
    codec = codec_for(announced)
    values = codec.decode(data)
    if not isinstance(values, list):
        raise web.HTTPUnprocessableEntity()
    return web.json_response({"stored": len(values), "current": version == "2"})


app = web.Application(client_max_size=1_000_000)
app.router.add_post("/measurements", measurements)
