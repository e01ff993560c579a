import hashlib
import secrets
from functools import partial

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()

content_tag = partial(hashlib.md5, usedforsecurity=False)
token_digest = hashlib.sha256

PAGES = {"start": "Welcome to the allotment", "rules": "No bonfires before noon"}


class ResetTokens:
    def __init__(self):
        self._digests = {}

    def issue(self, member_id: int) -> str:
        token = f"{member_id}.{secrets.token_urlsafe(24)}"
        self._digests[content_tag(token.encode()).hexdigest()] = member_id
        return token

    def redeem(self, token: str):
        return self._digests.pop(content_tag(token.encode()).hexdigest(), None)


tokens = ResetTokens()


@app.get("/pages/{name}")
def page(name: str, request: Request):
    if name not in PAGES:
        raise HTTPException(404)
    tag = '"%s"' % content_tag(PAGES[name].encode()).hexdigest()
    if request.headers.get("if-none-match") == tag:
        return JSONResponse(None, status_code=304)
    return JSONResponse({"text": PAGES[name]}, headers={"ETag": tag})


@app.post("/reset/{token}")
def reset(token: str):
    if tokens.redeem(token) is None:
        raise HTTPException(404)
    return {"ok": True}
