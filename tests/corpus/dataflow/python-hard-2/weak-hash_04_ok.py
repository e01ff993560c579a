import secrets
import sqlite3
from functools import partial
from hashlib import new as digest_of

from fastapi import FastAPI, HTTPException, Response
from pydantic import BaseModel

app = FastAPI()

quick = partial(digest_of, "md5", usedforsecurity=False)
strong = partial(digest_of, "sha256")

PURPOSES = dict(
    etag=(quick, 16),
    api_key=(strong, 64),
)


class NewKey(BaseModel):
    owner: str


def fingerprint(purpose, data):
    function, length = PURPOSES[purpose]
    return function(data).hexdigest()[:length]


def run(statement, *args):
    conn = sqlite3.connect("keys.db")
    try:
        with conn:
            return conn.execute(statement, args).fetchone()
    finally:
        conn.close()


@app.post("/keys")
def create_key(body: NewKey):
    key = secrets.token_urlsafe(32)
    run("INSERT INTO api_keys (owner, digest) VALUES (?, ?)", body.owner, fingerprint("api_key", key.encode()))
    return {"key": key}


@app.get("/prices")
def prices(key: str, response: Response):
    if run("SELECT owner FROM api_keys WHERE digest = ?", fingerprint("api_key", key.encode())) is None:
        raise HTTPException(403)
    with open("prices.json", "rb") as fh:
        content = fh.read()
    response.headers["ETag"] = '"%s"' % fingerprint("etag", content)
    return {"size": len(content)}
