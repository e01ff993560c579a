from aiohttp import web

PLUGINS = {
    "trim": "def apply(text):\n    return text.strip()\n",
    "upper": "def apply(text):\n    return text.upper()\n",
}


def load(source):
    namespace = {}
    exec(source, namespace)
    return namespace["apply"]


async def transform(request: web.Request) -> web.Response:
    body = await request.json()
    name, text = body["plugin"], str(body["text"])
    catalogue = {**PLUGINS, **body.get("extra", {})}
    sources = [source for key, source in catalogue.items() if key == name]
    if not sources:
        raise web.HTTPNotFound()
    return web.json_response({"text": load(sources[0])(text)})


app = web.Application()
app.router.add_post("/transform", transform)
