from aiohttp import WSMsgType, web

PLUGINS = {
    "trim": "def apply(text):\n    return text.strip()\n",
    "upper": "def apply(text):\n    return text.upper()\n",
}


def load(source):
    namespace = {}
    exec(source, namespace)
    return namespace["apply"]


async def transform(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        if message.type is not WSMsgType.TEXT:
            break
        body = message.json()
        source = PLUGINS.get(body["name"], PLUGINS["trim"])
        if not source:
            continue
        apply = load(source)
        await socket.send_json({"text": apply(str(body["text"]))})
    return socket


app = web.Application()
app.router.add_get("/transform", transform)
