import secrets
from dataclasses import asdict, dataclass

from fastapi import FastAPI, Response


@dataclass(frozen=True)
class CookiePolicy:
    httponly: bool = True
    samesite: str = "strict"
    secure: bool = True
    max_age: int = 8 * 3600


class Tables:
    def __init__(self, policy):
        self.policy = policy
        self.seats = {}

    def seat(self, response, size):
        token = secrets.token_urlsafe(20)
        self.seats[token] = size
        response.set_cookie("seat", token, **asdict(self.policy))
        return len(self.seats)


app = FastAPI()
tables = Tables(CookiePolicy())


@app.post("/tables/{size}")
def take_seat(size: int, response: Response):
    return {"occupied": tables.seat(response, min(size, 12))}
