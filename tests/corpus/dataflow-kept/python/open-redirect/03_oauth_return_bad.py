"""Return from the identity provider; `state` carries the page to show next."""
import base64
import json

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse

app = FastAPI()


def write_state(content):
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def read_state(text):
    return json.loads(base64.urlsafe_b64decode(text))


@app.get("/oauth/start")
def start():
    state = write_state({"page": "/account"})
    return RedirectResponse(f"https://login.example.com/authorize?state={state}")


@app.get("/oauth/return")
async def oauth_return(request: Request, code: str, state: str):
    try:
        stored = read_state(state)
    except ValueError as exc:
        raise HTTPException(status_code=400, detail="unknown state") from exc
    client = request.app.state.identity
    await client.exchange(code)
    page = stored.get("page", "/")
    return RedirectResponse(page, status_code=303)
