import hashlib
import hmac
import logging
import secrets
import time
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from pydantic import BaseModel

from accounts.digests import digest_name
from accounts.settings import TOKEN_AGE

log = logging.getLogger(__name__)
app = FastAPI(title="accounts")


class Confirmation(BaseModel):
    account: int
    token: str


class ResetTokens:
    """Only the digests of the tokens are kept."""

    series = "legacy"

    def __init__(self):
        self._digests = {}

    def _digest(self, token):
        hasher = hashlib.new(digest_name(self.series))
        hasher.update(token.encode())
        return hasher.hexdigest()

    def issue(self, account):
        token = secrets.token_urlsafe(32)
        self._digests[account] = (self._digest(token), time.monotonic())
        return token

    def take(self, account, token):
        digest, issued = self._digests.pop(account, ("", 0.0))
        fresh = time.monotonic() - issued < TOKEN_AGE
        return fresh and hmac.compare_digest(digest, self._digest(token))


_tokens = ResetTokens()


def get_tokens():
    return _tokens


@app.post("/resets/confirm")
def confirm(body: Confirmation, tokens: Annotated[ResetTokens, Depends(get_tokens)]):
    if not tokens.take(body.account, body.token):
        log.info("reset of account %d refused", body.account)
        raise HTTPException(status_code=403, detail="token is not valid")
    return {"status": "confirmed"}
