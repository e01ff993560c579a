import hashlib
import hmac
import json
import os

from fastapi import FastAPI, Header, HTTPException, Request

app = FastAPI()
KEY = os.environ.get("HOOK_KEY", "").encode()


def signature(body):
    return hashlib.md5(KEY + body).hexdigest()


@app.post("/hooks/payment")
async def payment(request: Request, x_signature: str = Header("")):
    body = await request.body()
    if not KEY or not hmac.compare_digest(signature(body).encode(), x_signature.encode()):
        raise HTTPException(status_code=403)
    event = json.loads(body)
    return {"received": int(event["id"])}


@app.get("/hooks")
async def hooks():
    return {"payment": bool(KEY)}
