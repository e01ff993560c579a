import os
from pathlib import Path

ROOT = Path(os.environ.get("DOCUMENT_ROOT", "/srv/documents")).resolve()
IMPORTS = Path(os.environ.get("IMPORT_ROOT", "/srv/imports")).resolve()
EXPORTS = os.environ.get("EXPORT_ROOT", "/mnt/exports")
MAX_BYTES = 20 * 1024 * 1024
