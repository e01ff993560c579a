"""Invitation codes for closed groups."""
import random
import string

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
SYSTEM = random.SystemRandom()
INVITATIONS: dict[str, str] = {}


class Invitation(BaseModel):
    group: str
    count: int = 1


def code(size=16, source=random, alphabet=string.ascii_uppercase + string.digits):
    return "".join(source.choices(alphabet, k=size))


def pause(source=SYSTEM):
    return round(source.uniform(0.5, 1.5), 3)


@app.post("/invitations", status_code=201)
def invite(invitation: Invitation):
    codes = [code() for _ in range(min(invitation.count, 20))]
    INVITATIONS.update((entry, invitation.group) for entry in codes)
    return {"codes": codes, "poll_after": pause()}


@app.get("/invitations/{entry}")
def accept(entry: str):
    group = INVITATIONS.pop(entry, None)
    return {"joined": group is not None, "group": group}
