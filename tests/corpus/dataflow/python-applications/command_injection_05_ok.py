import subprocess

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from desk import context


class CallerMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        headers = request.headers
        caller = context.Caller(
            tenant="north" if headers.get("x-tenant") == "north" else "main",
            note=headers.get("x-note", "manual"),
        )
        token = context.current.set(caller)
        try:
            return await call_next(request)
        finally:
            context.current.reset(token)


def take_backup():
    comment = context.tenant()
    done = subprocess.run(
        ["/bin/sh", "-c", f'restic backup --quiet --tag "{comment}" /srv/data'],
        capture_output=True,
        check=False,
    )
    return done.returncode


async def backup(request):
    status = await run_in_threadpool(take_backup)
    return JSONResponse({"ok": status == 0, "noted": bool(context.note())})


app = Starlette(
    routes=[Route("/backup", backup, methods=["POST"])],
    middleware=[Middleware(CallerMiddleware)],
)
