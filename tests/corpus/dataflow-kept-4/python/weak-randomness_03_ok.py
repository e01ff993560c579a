import random
import secrets

from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from accounts.tokens import grouped, make_token

router = APIRouter(prefix="/staff")
hasher = PasswordHasher()
STAFF = {}


class NewStaff(BaseModel):
    login: str
    readable: bool = False


def temporary_password(readable):
    password = make_token(secrets, 20)
    return grouped(password, 5) if readable else password


@router.post("", status_code=201)
def create(staff: NewStaff):
    password = temporary_password(staff.readable)
    STAFF[staff.login] = {
        "id": secrets.token_hex(8),
        "password": hasher.hash(password),
        "avatar": random.randrange(12),
    }
    return {"temporary": password}


app = FastAPI()
app.include_router(router)
