import hashlib
import logging
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field

from accounts.codes import ALPHABET, system_numbers

log = logging.getLogger(__name__)
router = APIRouter(prefix="/keys")
header = APIKeyHeader(name="X-Api-Key")


class KeyRequest(BaseModel):
    label: str = Field(min_length=1, max_length=60)


class KeyRing:
    def __init__(self, numbers, length=40):
        self._numbers = numbers
        self._length = length
        self._labels = {}

    def create(self, label):
        key = "sk_" + "".join(self._numbers.choices(ALPHABET, k=self._length))
        self._labels[self._fingerprint(key)] = label
        return key

    def knows(self, key):
        return self._fingerprint(key) in self._labels

    @staticmethod
    def _fingerprint(key):
        return hashlib.sha256(key.encode()).hexdigest()


_ring = KeyRing(system_numbers())


def get_ring():
    return _ring


Ring = Annotated[KeyRing, Depends(get_ring)]


def known_key(ring: Ring, key: Annotated[str, Security(header)]):
    if not ring.knows(key):
        raise HTTPException(status_code=401, detail="key is not known")
    return key


@router.post("", status_code=201, dependencies=[Depends(known_key)])
def create_key(body: KeyRequest, ring: Ring):
    log.info("a key is created")
    return {"key": ring.create(body.label)}


app = FastAPI(title="keys")
app.include_router(router)
