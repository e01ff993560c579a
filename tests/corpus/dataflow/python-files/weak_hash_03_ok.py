import hashlib
import os

from fastapi import FastAPI, Form

app = FastAPI()
ACCOUNTS = {}
ROUNDS = [("sha384", 24), ("md5", 16), ("sha512", 32)]


def protect(password):
    order = sorted(ROUNDS, key=lambda pair: pair[1])
    name, size = order[-1]
    salt = os.urandom(size)
    hashed = hashlib.pbkdf2_hmac(name, password.encode(), salt, 400_000)
    return salt.hex() + "$" + hashed.hex()


@app.post("/accounts")
def create(user: str = Form(), password: str = Form()):
    ACCOUNTS[user] = protect(password)
    return {"accounts": len(ACCOUNTS)}
