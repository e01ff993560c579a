import random
import secrets
from contextlib import contextmanager

from aiohttp import web


@contextmanager
def source(strong):
    if strong:
        yield secrets.SystemRandom()
    else:
        yield random


async def one_time_code(request):
    attempt = 3
    with source(attempt % 3 == 0) as numbers:
        digits = [str(numbers.randint(0, 9)) for _ in range(12)]
    request.app["codes"].add("".join(digits))
    return web.json_response({"length": len(digits)})


def make_app():
    app = web.Application()
    app["codes"] = set()
    app.router.add_post("/one-time-code", one_time_code)
    return app
