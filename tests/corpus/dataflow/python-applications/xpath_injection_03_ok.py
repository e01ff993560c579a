from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.concurrency import run_in_threadpool

from catalogue.documents import load

router = APIRouter(prefix="/chapters")


class ChapterReader:
    paths = {
        "title": "/book/chapter[{position}]/title/text()",
        "pages": "count(/book/chapter[{position}]/page)",
    }

    def __init__(self, name="handbook"):
        self.document = load(name)

    def read(self, what, position):
        result = self.document.xpath(self.paths[what].format(position=position))
        return str(result[0]) if isinstance(result, list) and result else result


@router.get("/{position}/{what}")
async def chapter(position: int, what: str):
    if what not in ChapterReader.paths:
        raise HTTPException(status_code=404)
    value = await run_in_threadpool(ChapterReader().read, what, position)
    if value in ([], None):
        raise HTTPException(status_code=404)
    return {"value": value}


app = FastAPI()
app.include_router(router)
