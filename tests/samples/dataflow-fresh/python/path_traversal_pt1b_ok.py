import os
import zipfile
from flask import request, Blueprint

bp = Blueprint("unzip", __name__)
TARGET = "/srv/unpacked"


@bp.post("/unzip")
def unzip():
    count = 0
    with zipfile.ZipFile(request.files["archive"]) as archive:
        for member in archive.infolist():
            path = os.path.abspath(os.path.join(TARGET, member.filename))
            if not path.startswith(TARGET + os.sep):
                continue
            with open(path, "wb") as out:
                out.write(archive.read(member))
            count += 1
    return {"count": count}
