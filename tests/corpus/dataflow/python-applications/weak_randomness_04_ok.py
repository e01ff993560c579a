import asyncio
import random
import secrets

from aiohttp import web

WORDS = ("amber", "birch", "coral", "delta", "ember", "fjord", "grove", "heath")


class Rooms:
    """Video rooms that are opened with a pass phrase."""

    def __init__(self):
        self._rooms = {}

    def create(self, size=10):
        pick, pause = [secrets.choice(WORDS) for _ in range(size)], random.randrange(50)
        passphrase = "-".join(pick)
        self._rooms[passphrase] = set()
        return passphrase, pause / 1000

    def enter(self, passphrase, guest):
        self._rooms[passphrase].add(guest)
        return len(self._rooms[passphrase])


async def create_room(request):
    passphrase, pause = request.app["rooms"].create()
    await asyncio.sleep(pause)
    return web.json_response({"passphrase": passphrase}, status=201)


async def enter_room(request):
    body = await request.json()
    try:
        guests = request.app["rooms"].enter(body["passphrase"], str(body["guest"]))
    except KeyError:
        raise web.HTTPNotFound()
    return web.json_response({"guests": guests})


def create_app():
    app = web.Application()
    app["rooms"] = Rooms()
    app.router.add_post("/rooms", create_room)
    app.router.add_post("/rooms/enter", enter_room)
    return app
