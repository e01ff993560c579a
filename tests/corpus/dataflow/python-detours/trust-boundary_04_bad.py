import os

from fastapi import FastAPI, HTTPException, Request
from starlette.middleware.sessions import SessionMiddleware

app = FastAPI()
app.add_middleware(SessionMiddleware, secret_key=os.environ["SESSION_KEY"], https_only=True)

CHOICES = {"theme": ("light", "dark"), "density": ("compact", "roomy")}
RESERVED = ("is_admin", "role")


def display_settings(body):
    return {key: value for key, value in body.items() if key not in RESERVED}


@app.patch("/settings")
async def settings(request: Request):
    body = await request.json()
    if not isinstance(body, dict) or len(body) > 10:
        raise HTTPException(400)
    accepted = display_settings(body)
    request.session.update(accepted)
    return {"accepted": len(accepted)}


@app.get("/orders")
async def orders(request: Request):
    user_id = request.session.get("user_id")
    if user_id is None:
        raise HTTPException(401)
    return {"orders": []}
