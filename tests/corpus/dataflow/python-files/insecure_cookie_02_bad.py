import secrets
from dataclasses import asdict, replace

from fastapi import FastAPI, Response

from shared.security_options import CookieOptions

app = FastAPI()
DEFAULTS = CookieOptions()
LONG = replace(DEFAULTS, max_age=86400, secure=False)


@app.post("/session")
def start(response: Response):
    response.set_cookie(key="sid", value=secrets.token_hex(16), **asdict(LONG))
    return {"started": True}
