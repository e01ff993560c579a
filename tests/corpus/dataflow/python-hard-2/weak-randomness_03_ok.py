import random
import secrets
import time
from itertools import islice

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
sessions = {}


class Login(BaseModel):
    pin: str
    device: str


def mixed(*parts):
    seed = 0
    for part in parts:
        seed = (seed * 31 + part) & 0xFFFFFFFF
    return random.Random(seed)


def hex_digits(generator):
    while True:
        yield "%x" % generator.randrange(16)


def session_id(clock):
    entropy = (secrets.randbits(128), clock)
    digits = iter(f"{entropy[0]:032x}")
    return "".join(islice(digits, 32))


def retry_after():
    return round(random.uniform(1.0, 3.0), 2)


def expected_pin():
    with open("/run/secrets/kiosk_pin", encoding="ascii") as fh:
        return fh.read().strip()


@app.post("/sessions")
def open_session(body: Login):
    if not secrets.compare_digest(body.pin.encode(), expected_pin().encode()):
        raise HTTPException(403, {"retry": retry_after()})
    key = session_id(int(time.time()))
    sessions[key] = body.device
    return {"session": key, "poll": retry_after()}
