import pathlib

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

app = FastAPI()
BASE = pathlib.Path("/srv/handbook")


@app.get("/handbook/{page:path}")
def handbook(page: str):
    candidate = (BASE / page).resolve()
    if not candidate.is_relative_to(BASE):
        raise HTTPException(status_code=404)
    if not candidate.is_file():
        raise HTTPException(status_code=404)
    return FileResponse(candidate, media_type="application/octet-stream")
