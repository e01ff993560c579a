import asyncio
import queue

from aiohttp import web

REPOSITORY = "/srv/git/site.git"
routes = web.RouteTableDef()


def branch_queue(first):
    waiting = queue.LifoQueue()
    waiting.put(first)
    waiting.put("main")
    return waiting


async def read_log(branch):
    process = await asyncio.create_subprocess_shell(
        f"git -C {REPOSITORY} log -n 5 --format=%h {branch}",
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return out.decode("ascii", "replace").split()


@routes.get("/log/{branch}")
async def show_log(request):
    waiting = branch_queue(request.match_info["branch"])
    branch = waiting.get()
    commits = await read_log(branch)
    return web.json_response({"commits": commits, "remaining": waiting.qsize()})


app = web.Application()
app.add_routes(routes)

if __name__ == "__main__":
    web.run_app(app, port=8081)
