import asyncio
from collections import deque

from aiohttp import web
from jinja2 import Template

FRAMES = ("[{{ level }}] {{ text }}", "{{ text }} ({{ level }})", "{{ level|upper }}: {{ text }}")


class Ring:
    def __init__(self, *items):
        self._items = deque(items)

    def push(self, item):
        self._items.appendleft(item)
        return self

    def turn(self, steps):
        self._items.rotate(steps)
        return self

    @property
    def front(self):
        return self._items[0]


def compose(text, level):
    ring = Ring(*FRAMES).push(text)
    ring.turn(len(FRAMES))
    return Template(ring.front).render(text=text, level=level)


async def announce(request):
    payload = await request.json()
    text = str(payload.get("text", ""))[:400]
    line = compose(text, "notice")
    await request.app["announcements"].put(line)
    return web.json_response({"queued": request.app["announcements"].qsize()})


async def pending(request):
    return web.json_response({"queued": request.app["announcements"].qsize()})


def build():
    app = web.Application()
    app["announcements"] = asyncio.Queue()
    app.router.add_post("/announce", announce)
    app.router.add_get("/pending", pending)
    return app


if __name__ == "__main__":
    web.run_app(build(), host="127.0.0.1", port=8090)
