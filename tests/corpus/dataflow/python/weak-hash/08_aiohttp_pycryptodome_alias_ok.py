from Crypto.Hash import SHA3_256 as Digest
from aiohttp import web

CERTIFICATES: dict[str, bytes] = {}


def thumbprint(data: bytes) -> str:
    engine = Digest.new()
    engine.update(data)
    return engine.hexdigest()


async def pin(request: web.Request) -> web.Response:
    """Pins the certificate that the device presents from now on."""
    data = await request.read()
    if not 64 <= len(data) <= 16384:
        raise web.HTTPBadRequest()
    mark = thumbprint(data)
    CERTIFICATES.setdefault(mark, data)
    return web.json_response({"thumbprint": mark}, status=201)


app = web.Application()
app.router.add_post("/pins", pin)
