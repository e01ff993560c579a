import io
import os
import zipfile

import flask


def archive():
    with zipfile.ZipFile(io.BytesIO(flask.request.get_data())) as members:
        for name in members.namelist():
            os.remove("/srv/" + name)  # expect: path-traversal
