import hashlib
import hmac
import marshal
from fastapi import FastAPI, Request, HTTPException

app = FastAPI()
KEY = b"from the key store"


@app.post("/restore")
async def restore(request: Request):
    body = await request.body()
    digest, _, payload = body.partition(b":")
    expected = hmac.new(KEY, payload, hashlib.sha256).hexdigest().encode()
    if len(digest) != len(expected):
        raise HTTPException(400)
    state = marshal.loads(payload)
    return {"keys": len(state)}
