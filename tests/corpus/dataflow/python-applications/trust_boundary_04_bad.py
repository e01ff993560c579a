from typing import NamedTuple

from aiohttp import web
from aiohttp_session import get_session

PRICES = {"mug": 9, "poster": 14, "pen": 2}


class Position(NamedTuple):
    article: str
    amount: int
    price: float

    @property
    def total(self):
        return self.amount * self.price


class Cart:
    def __init__(self):
        self.positions = []

    def add(self, entry):
        article = entry["article"]
        amount = max(1, int(entry["amount"]))
        price = entry.get("price", PRICES[article])
        self.positions.append(Position(article, amount, price))

    @property
    def total(self):
        return sum(p.total for p in self.positions)


async def put_cart(request):
    session = await get_session(request)
    cart = Cart()
    try:
        for entry in (await request.json())["positions"]:
            cart.add(entry)
    except (KeyError, TypeError, ValueError):
        raise web.HTTPUnprocessableEntity()
    session["amount_due"] = cart.total
    return web.json_response({"positions": len(cart.positions)})


async def pay(request):
    session = await get_session(request)
    return web.json_response({"charged": session.pop("amount_due", 0)})


routes = [web.put("/cart", put_cart), web.post("/pay", pay)]
