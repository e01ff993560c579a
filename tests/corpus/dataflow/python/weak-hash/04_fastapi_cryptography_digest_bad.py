import os

from cryptography.hazmat.primitives import hashes
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()
REVOKED: set[str] = set()
ALGORITHM = hashes.MD5


def digest(token: str) -> str:
    engine = hashes.Hash(ALGORITHM())
    engine.update(os.environ["TOKEN_PEPPER"].encode())
    engine.update(token.encode())
    return engine.finalize().hex()


@app.delete("/tokens")
def revoke(authorization: str = Header()):
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(status_code=401)
    REVOKED.add(digest(token))
    return {"revoked": True}
