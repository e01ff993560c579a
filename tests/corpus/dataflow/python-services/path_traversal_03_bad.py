import logging
import shutil
import tempfile
import uuid
import zipfile

from bottle import Bottle, HTTPResponse, request

from documents.archives import ArchiveError, member_path
from documents.settings import IMPORTS, MAX_BYTES

log = logging.getLogger(__name__)
app = Bottle()


class ArchiveImporter:
    def __init__(self, root, limit=MAX_BYTES):
        self.root = root
        self.limit = limit

    def run(self, stream):
        folder = self.root / uuid.uuid4().hex
        folder.mkdir(parents=True)
        names = []
        with zipfile.ZipFile(stream) as archive:
            if sum(info.file_size for info in archive.infolist()) > self.limit:
                raise ArchiveError("the archive is too large")
            for info in archive.infolist():
                if info.is_dir():
                    continue
                target = member_path(folder, info.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as source, open(target, "wb") as sink:
                    shutil.copyfileobj(source, sink)
                names.append(target.name)
        return folder.name, names


importer = ArchiveImporter(IMPORTS)


@app.post("/imports")
def create_import():
    upload = request.files.get("archive")
    if upload is None:
        return HTTPResponse(status=400)
    with tempfile.TemporaryFile() as buffer:
        shutil.copyfileobj(upload.file, buffer)
        buffer.seek(0)
        try:
            folder, names = importer.run(buffer)
        except (ArchiveError, zipfile.BadZipFile):
            log.info("archive refused")
            return HTTPResponse(status=422)
    return {"import": folder, "files": len(names)}
