"""Thumbnail endpoint of the media service."""
import logging
import shlex
import subprocess
from pathlib import Path

from fastapi import APIRouter, HTTPException, Query

router = APIRouter(prefix="/videos")
log = logging.getLogger(__name__)
MEDIA = Path("/srv/media")


@router.post("/{video_id}/thumbnail")
def make_thumbnail(video_id: int, at: str = Query("00:00:01")):
    source = MEDIA / f"{video_id}.mp4"
    target = MEDIA / "thumbs" / f"{video_id}.png"
    if not source.exists():
        raise HTTPException(status_code=404, detail="no such video")
    command = (
        f"ffmpeg -y -ss {at} -i {shlex.quote(str(source))} "
        f"-frames:v 1 {shlex.quote(str(target))}"
    )
    try:
        subprocess.run(command, shell=True, check=True, capture_output=True, timeout=60)
    except subprocess.CalledProcessError as exc:
        log.warning("ffmpeg ended with %s", exc.returncode)
        raise HTTPException(status_code=422, detail="could not read the frame") from exc
    return {"id": video_id, "thumbnail": target.name}
