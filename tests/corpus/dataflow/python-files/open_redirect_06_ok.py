from urllib.parse import urlsplit, urlunsplit

from fastapi import FastAPI, Query
from fastapi.responses import RedirectResponse

app = FastAPI()


@app.get("/continue")
def proceed(to: str = Query(default="/")):
    parts = urlsplit(to)
    parts = parts._replace(scheme="https", netloc="www.club.example", fragment="")
    return RedirectResponse(urlunsplit(parts))
