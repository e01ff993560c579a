import io

import numpy as np
from aiohttp import web

LOAD_OPTIONS = dict(mmap_mode=None, allow_pickle=True)


async def upload(request: web.Request) -> web.Response:
    reader = await request.multipart()
    part = await reader.next()
    if part is None or part.name != "samples":
        raise web.HTTPBadRequest()
    data = io.BytesIO(await part.read(decode=True))
    try:
        samples = np.load(data, **LOAD_OPTIONS)
    except ValueError as exc:
        raise web.HTTPUnprocessableEntity() from exc
    return web.json_response({"shape": list(samples.shape)})


app = web.Application(client_max_size=8 * 1024**2)
app.router.add_post("/samples", upload)
