import urllib.parse
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
ROOT = Path("/srv/downloads").resolve()


def locate(name: str) -> Path:
    candidate = (ROOT / urllib.parse.unquote(name)).resolve()
    if not candidate.is_relative_to(ROOT):
        raise PermissionError(name)
    return candidate


@app.get("/download/{name:path}")
def download(name: str):
    try:
        found = locate(name)
    except (PermissionError, ValueError):
        raise HTTPException(404)
    if not found.is_file():
        raise HTTPException(404)
    return FileResponse(found, media_type="application/octet-stream")


@app.get("/status")
def status():
    return {"root": ROOT.is_dir()}
