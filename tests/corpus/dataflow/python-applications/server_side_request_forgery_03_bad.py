from contextlib import asynccontextmanager
from urllib.parse import quote, urljoin

import aiohttp
from aiohttp import web


class CatalogClient:
    base = "http://catalog.internal.example:8080/products/"

    def __init__(self, session):
        self._session = session

    @classmethod
    @asynccontextmanager
    async def open(cls):
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            yield cls(session)

    def _address(self, product):
        return urljoin(self.base, quote(product, safe=":/"))

    async def price(self, product):
        async with self._session.get(self._address(product), allow_redirects=False) as answer:
            data = await answer.json()
        return data["price"]


async def quote_price(request):
    body = await request.post()
    total = 0
    async with CatalogClient.open() as catalog:
        for product in body.getall("product", []):
            try:
                total += float(await catalog.price(product))
            except (aiohttp.ClientError, KeyError, ValueError):
                raise web.HTTPBadGateway()
    return web.json_response({"total": round(total, 2)})


app = web.Application()
app.router.add_post("/quote", quote_price)
