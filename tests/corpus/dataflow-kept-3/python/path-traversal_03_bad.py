from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse
from starlette.routing import Route

MEDIA = Path("/srv/media")
ALLOWED = {".png", ".jpg", ".webp"}


def located(params):
    wanted = Path(params.get("file", ""))
    match wanted.suffix.lower():
        case suffix if suffix in ALLOWED:
            return MEDIA / wanted
        case _:
            raise HTTPException(415)


async def picture(request):
    path = located(request.query_params)
    if not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type="application/octet-stream")


app = Starlette(routes=[Route("/picture", picture)])
