import io
import zipfile
from pathlib import Path

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
TARGET = Path("/srv/themes/incoming")


def members(archive, most=200):
    infos = [i for i in archive.infolist() if not i.is_dir()]
    if len(infos) > most or sum(i.file_size for i in infos) > 20_000_000:
        raise HTTPException(413)
    yield from infos


def unpack(data):
    written = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in members(archive):
            place = TARGET / info.filename
            if place.is_symlink():
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(info))
            written += 1
    return written


@app.post("/themes")
async def upload(theme: UploadFile):
    try:
        return {"files": unpack(await theme.read())}
    except zipfile.BadZipFile:
        raise HTTPException(400)
