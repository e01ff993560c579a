import base64
import random
import secrets

from fastapi import FastAPI

app = FastAPI()
GRANTED = set()


def material(size, *, source=None):
    source = source or random.randbytes
    return source(size)


@app.post("/api-keys")
def new_api_key():
    chunks = [material(8), material(24), random.choice([b"-eu", b"-us"])]
    head, body, region = chunks
    key = base64.urlsafe_b64encode(head + body).decode().rstrip("=")
    GRANTED.add(key)
    return {"key": key, "region": region.decode()}
