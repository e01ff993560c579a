import secrets
from pathlib import Path, PurePosixPath
from typing import Protocol

from fastapi import Depends, FastAPI, HTTPException, UploadFile

app = FastAPI()


class Storage(Protocol):
    async def keep(self, upload: UploadFile) -> int: ...


class DiskStorage:
    def __init__(self, root: Path):
        self.root = root

    async def keep(self, upload: UploadFile) -> int:
        name = PurePosixPath(upload.filename or "scan.png").name
        folder = self.root / secrets.token_hex(8)
        folder.mkdir(parents=True)
        target = folder / name
        data = await upload.read()
        with target.open("xb") as handle:
            return handle.write(data)


def get_storage() -> Storage:
    return DiskStorage(Path("/srv/scans"))


@app.post("/scans", status_code=201)
async def store_scan(upload: UploadFile, storage: Storage = Depends(get_storage)):
    suffix = PurePosixPath(upload.filename or "").suffix
    if suffix.lower() not in {".png", ".tif", ".txt"}:
        raise HTTPException(415)
    return {"size": await storage.keep(upload)}
