import secrets

from fastapi import Depends, FastAPI, HTTPException, Response
from fastapi.security import OAuth2PasswordRequestForm

app = FastAPI()
SESSIONS: dict[str, str] = {}


def check(form: OAuth2PasswordRequestForm = Depends()) -> str:
    if not app.state.accounts.verify(form.username, form.password):
        raise HTTPException(status_code=401)
    return form.username


@app.post("/session")
def open_session(response: Response, user: str = Depends(check)):
    session_id = secrets.token_urlsafe(24)
    SESSIONS[session_id] = user
    response.set_cookie("session_id", session_id, 1800, httponly=True, samesite="strict")
    response.headers["Strict-Transport-Security"] = "max-age=31536000"
    return {"open": True}
