import aiohttp
from aiohttp import web

BACKENDS = ["http://10.0.0.1:8000", "http://10.0.0.2:8000"]


async def relay(request):
    data = await request.post()
    base = BACKENDS[int(data.get("backend", 0)) % len(BACKENDS)]
    async with aiohttp.ClientSession() as client:
        async with client.get(f"{base}/status") as answer:
            return web.json_response(await answer.json())


app = web.Application()
app.add_routes([web.post("/relay", relay)])
