import hashlib
import hmac
import time
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException

from credentials import settings

app = FastAPI()


class LinkSigner:
    def __init__(self, clock=time.time):
        self.clock = clock

    def signature(self, document, expires):
        message = f"{document}:{expires}".encode()
        return hashlib.new(settings.OLD_DIGEST, settings.SIGNING_KEY + message).hexdigest()

    def valid(self, document, expires, signature):
        fresh = expires > self.clock()
        expected = self.signature(document, expires).encode()
        return fresh and hmac.compare_digest(expected, signature.encode())


def signer():
    return LinkSigner()


@app.get("/documents/{document}/allowed")
def allowed(document: int, expires: int, signature: str, links: Annotated[LinkSigner, Depends(signer)]):
    if expires > time.time() + settings.LINK_LIFETIME:
        raise HTTPException(400)
    return {"allowed": links.valid(document, expires, signature)}
