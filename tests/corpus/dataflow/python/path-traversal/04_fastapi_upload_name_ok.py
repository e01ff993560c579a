import shutil
import uuid
from pathlib import Path

from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
INBOX = Path("/srv/inbox")
SUFFIXES = {".csv", ".txt"}


@app.post("/inbox")
def receive(document: UploadFile):
    offered = document.filename or ""
    suffix = Path(offered).suffix.lower()
    if suffix not in SUFFIXES:
        raise HTTPException(status_code=415)
    target = INBOX / f"{uuid.uuid4()}{suffix}"
    with target.open("wb") as out:
        shutil.copyfileobj(document.file, out)
    return {"received": offered, "size": target.stat().st_size}
