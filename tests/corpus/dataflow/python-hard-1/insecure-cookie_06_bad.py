import secrets

from litestar import Litestar, Response, post
from litestar.datastructures import Cookie

TEMPLATE = {
    "key": "refresh",
    "path": "/auth",
    "max_age": 14 * 24 * 3600,
    "httponly": True,
    "secure": True,
    "samesite": "strict",
    "domain": None,
}
KEEP = frozenset({"key", "path", "max_age", "httponly", "samesite"})


def refresh_cookie() -> Cookie:
    options = {name: value for name, value in TEMPLATE.items() if name in KEEP}
    return Cookie(value=secrets.token_urlsafe(48), **options)


@post("/auth/refresh", sync_to_thread=False)
def refresh() -> Response[dict[str, int]]:
    return Response({"expires_in": TEMPLATE["max_age"]}, cookies=[refresh_cookie()])


app = Litestar(route_handlers=[refresh])
