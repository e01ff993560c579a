import secrets
import sqlite3

import numpy as np
from litestar import Litestar, get, post

ALPHABET = np.array(list("ABCDEFGHJKLMNPQRSTUVWXYZ23456789"))
noise = np.random.default_rng()


def license_key():
    indices = np.array([secrets.randbelow(len(ALPHABET)) for _ in range(25)])
    rows = ALPHABET[indices].reshape(5, 5)
    return "-".join("".join(row) for row in rows)


def demo_curve(points=24):
    return np.cumsum(noise.normal(size=points)).round(3).tolist()


def store(email, key):
    conn = sqlite3.connect("licenses.db")
    try:
        with conn:
            conn.execute("INSERT INTO licenses (email, license_key) VALUES (?, ?)", (email, key))
    finally:
        conn.close()


@post("/licenses")
async def issue(data: dict[str, str]) -> dict[str, str]:
    key = license_key()
    store(data.get("email", ""), key)
    return {"license_key": key}


@get("/demo")
async def demo() -> dict[str, list[float]]:
    return {"curve": demo_curve()}


app = Litestar(route_handlers=[issue, demo])
