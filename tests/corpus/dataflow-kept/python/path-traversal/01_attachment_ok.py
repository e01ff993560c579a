"""Delivers the attachments of tickets."""
import os
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
BASE = Path(os.environ.get("ATTACHMENTS", "/srv/tickets/public")).resolve()


def locate(relative):
    candidate = (BASE / relative).resolve()
    if not candidate.is_relative_to(BASE):
        raise HTTPException(status_code=403, detail="outside of the attachments")
    if not candidate.is_file():
        raise HTTPException(status_code=404, detail="no such attachment")
    return candidate


@app.get("/attachments/{relative:path}")
def attachment(relative: str):
    found = locate(relative)
    return FileResponse(found, filename=found.name, media_type="application/octet-stream")


@app.get("/healthz")
def healthz():
    return {"readable": os.access(BASE, os.R_OK)}
