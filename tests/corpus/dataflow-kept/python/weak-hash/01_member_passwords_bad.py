"""Registration and sign-in of members."""
import hashlib
import hmac
import os

from fastapi import APIRouter, Depends, Form, HTTPException

from .store import MemberStore, get_store

router = APIRouter()


def digest(password: str, salt: bytes) -> str:
    value = salt + password.encode("utf-8")
    for _ in range(1000):
        value = hashlib.md5(value).digest()
    return value.hex()


@router.post("/members", status_code=201)
def register(
    email: str = Form(),
    password: str = Form(min_length=12),
    store: MemberStore = Depends(get_store),
):
    salt = os.urandom(16)
    store.add(email, salt.hex(), digest(password, salt))
    return {"email": email}


@router.post("/sign-in")
def sign_in(
    email: str = Form(),
    password: str = Form(),
    store: MemberStore = Depends(get_store),
):
    member = store.find(email)
    if member is None:
        raise HTTPException(status_code=401)
    given = digest(password, bytes.fromhex(member.salt))
    if not hmac.compare_digest(given, member.password_digest):
        raise HTTPException(status_code=401)
    return {"id": member.id}
