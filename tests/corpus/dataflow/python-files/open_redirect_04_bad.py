import enum

from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Route


class Door(enum.Enum):
    SHOP = "https://shop.example/"
    BLOG = "https://blog.example/"

    @classmethod
    def _missing_(cls, value):
        return cls.SHOP


async def door(request):
    wanted = request.path_params["wanted"]
    picked = Door(wanted)
    trail = {"asked": wanted, "picked": picked.value}
    chosen = trail["asked" if picked is Door.SHOP else "picked"]
    return RedirectResponse(chosen, status_code=302)


app = Starlette(routes=[Route("/door/{wanted:path}", door)])
