import dataclasses
import secrets

from fastapi import FastAPI, Form, Response

app = FastAPI()
carts = {}


@dataclasses.dataclass(frozen=True)
class CookiePolicy:
    httponly: bool = False
    secure: bool = False
    max_age: int = 3600

    def hardened(self):
        return dataclasses.replace(self, httponly=True, secure=True)

    def lasting(self, seconds):
        return dataclasses.replace(self, max_age=seconds)

    def apply(self, response, name, value):
        response.set_cookie(name, value, **dataclasses.asdict(self))


def cart_policy(returning):
    policy = CookiePolicy(httponly=True)
    if returning:
        policy = policy.lasting(7 * 86400)
    policy = policy.hardened()
    return policy


@app.post("/cart")
def new_cart(response: Response, returning: bool = Form(False)):
    identifier = secrets.token_hex(20)
    carts[identifier] = []
    cart_policy(returning).apply(response, "cart_id", identifier)
    return {"created": True}
