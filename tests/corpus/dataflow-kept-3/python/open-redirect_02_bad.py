from litestar import Litestar, get
from litestar.response import Redirect

from shop.links import HOME, Link


def target(link):
    if not link.ours:
        return HOME
    return link.url


@get("/leave", sync_to_thread=False)
def leave(to: str = HOME) -> Redirect:
    return Redirect(path=target(Link(to)))


app = Litestar(route_handlers=[leave])
