import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

CHOICES = {
    "language": {"en": "en_GB", "nl": "nl_NL"},
    "theme": {"dark": "night", "light": "day"},
    "density": {"1": "wide", "2": "narrow"},
}


def preferences(form):
    for name, value in form.items():
        options = CHOICES.get(name, {})
        if value in options:
            yield name, options[value]


async def save_preferences(request):
    form = await request.form(max_files=0, max_fields=20)
    before = len(request.session)
    request.session.update(preferences(form))
    return JSONResponse({"added": len(request.session) - before})


async def moderation_queue(request):
    if not request.session.get("moderator"):
        return JSONResponse({"error": "forbidden"}, status_code=403)
    return JSONResponse({"waiting": 3})


app = Starlette(
    routes=[
        Route("/preferences", save_preferences, methods=["POST"]),
        Route("/moderation", moderation_queue),
    ],
    middleware=[
        Middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True),
    ],
)
