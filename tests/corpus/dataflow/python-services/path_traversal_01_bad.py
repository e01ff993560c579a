import logging
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query
from pydantic import BaseModel

from documents.settings import MAX_BYTES
from documents.storage import Storage, StorageError, get_storage

log = logging.getLogger(__name__)
router = APIRouter(prefix="/documents", tags=["documents"])


class DocumentOut(BaseModel):
    size: int
    text: str


class DocumentReader:
    def __init__(self, storage: Annotated[Storage, Depends(get_storage)]):
        self._storage = storage

    def read(self, name: str) -> DocumentOut:
        path = self._storage.locate(name)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise StorageError("document is too large")
        with open(path, encoding="utf-8", errors="replace") as stream:
            return DocumentOut(size=size, text=stream.read())


@router.get("/content")
def content(
    reader: Annotated[DocumentReader, Depends()],
    name: Annotated[str, Query(min_length=1, max_length=200)],
) -> DocumentOut:
    try:
        return reader.read(name)
    except StorageError:
        log.info("document not served")
        raise HTTPException(status_code=404, detail="no such document")
    except OSError:
        log.exception("document could not be read")
        raise HTTPException(status_code=500, detail="document cannot be read")


app = FastAPI(title="documents")
app.include_router(router)
