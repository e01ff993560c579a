import uuid

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, EmailStr

app = FastAPI()
INVITES: dict[str, str] = {}
NODE = uuid.getnode()


class Invite(BaseModel):
    email: EmailStr


@app.post("/invites", status_code=201)
async def invite(body: Invite):
    code = str(uuid.uuid4())
    INVITES[code] = body.email
    app.state.mailer.send(body.email, code)
    return {"sent": True}


@app.post("/invites/{code}/accept")
async def accept(code: str):
    email = INVITES.pop(code, None)
    if email is None:
        raise HTTPException(status_code=404)
    return {"accepted": True}
