import os
from pathlib import Path

MEDIA_ROOT = Path(os.environ.get("MEDIA_ROOT", "/srv/media"))
ORIGINALS = MEDIA_ROOT / "originals"
THUMBNAILS = MEDIA_ROOT / "thumbnails"
CONVERT_TIMEOUT = 30
