"""Reachability checks for the branch-office dashboard."""
import asyncio

from aiohttp import web

ADDRESSES = {
    "berlin": "192.0.2.10",
    "lisbon": "192.0.2.23",
    "oslo": "198.51.100.7",
}


async def probe(job):
    process = await asyncio.create_subprocess_shell(
        "ping -c 2 -W 1 " + job["label"],
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    return await process.wait() == 0


async def check(request):
    body = await request.json()
    site = body.get("site")
    if site not in ADDRESSES:
        raise web.HTTPNotFound(text="no such site")
    job = {
        "label": str(body.get("label") or site),
        "address": ADDRESSES[site],
    }
    up = await probe(job)
    return web.json_response({"label": job["label"], "up": up})


def create_app():
    app = web.Application()
    app.router.add_post("/checks", check)
    return app


if __name__ == "__main__":
    web.run_app(create_app(), port=8070)
