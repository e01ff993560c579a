"""Return from the identity provider; `state` carries the page to show next."""
import os

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from itsdangerous import BadSignature, URLSafeTimedSerializer

app = FastAPI()
serializer = URLSafeTimedSerializer(os.environ["STATE_KEY"], salt="oauth-state")


def write_state(content):
    return serializer.dumps(content)


def read_state(text):
    return serializer.loads(text, max_age=600)


@app.get("/oauth/start")
def start():
    state = write_state({"page": "/account"})
    return RedirectResponse(f"https://login.example.com/authorize?state={state}")


@app.get("/oauth/return")
async def oauth_return(request: Request, code: str, state: str):
    try:
        stored = read_state(state)
    except BadSignature as exc:
        raise HTTPException(status_code=400, detail="unknown state") from exc
    client = request.app.state.identity
    await client.exchange(code)
    page = stored.get("page", "/")
    return RedirectResponse(page, status_code=303)
