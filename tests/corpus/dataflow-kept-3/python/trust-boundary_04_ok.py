import os

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from accounts.storefronts import storefront_named

DISCOUNTS = {"staff": 40, "wholesale": 25}


async def enter(request):
    body = await request.json()
    shop = storefront_named(str(body.get("storefront", "")))
    chosen = {"price_list": body.get("price_list"), "storefront": shop.slug}
    chosen["price_list"] = shop.price_list
    request.session.update(chosen)
    return JSONResponse({"entered": True})


async def discount(request):
    price_list = request.session.get("price_list")
    return JSONResponse({"percent": DISCOUNTS.get(price_list, 0)})


app = Starlette(
    routes=[Route("/enter", enter, methods=["POST"]), Route("/discount", discount)],
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["APP_SECRET"], https_only=True)],
)
