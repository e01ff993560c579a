import logging
import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from accounts.tickets import TicketError, peek_ticket

log = logging.getLogger(__name__)


class TicketLogin:
    """Somebody comes over from the portal with a ticket of the portal."""

    def __init__(self, read):
        self._read = read

    async def handle(self, request):
        form = await request.form()
        try:
            claims = self._read(str(form.get("ticket", "")))
            user, role = claims["user"], claims["role"]
        except (TicketError, KeyError):
            log.info("ticket refused")
            return JSONResponse({"error": "ticket is not valid"}, status_code=403)
        request.session.clear()
        request.session["user"] = user
        request.session["role"] = role
        return JSONResponse({"status": "ok"})


async def settings_page(request):
    if request.session.get("role") != "admin":
        return JSONResponse({"error": "not allowed"}, status_code=403)
    return JSONResponse({"settings": {"theme": "light"}})


app = Starlette(
    routes=[
        Route("/login/ticket", TicketLogin(peek_ticket).handle, methods=["POST"]),
        Route("/settings", settings_page),
    ],
    middleware=[
        Middleware(
            SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True
        )
    ],
)
