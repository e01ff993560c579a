import mimetypes
import os
from urllib.parse import unquote

import falcon

ROOT = "/srv/manuals"


def manual_path(raw):
    if ".." in raw.split("/") or raw.startswith("/"):
        raise falcon.HTTPForbidden()
    name = unquote(raw)
    return os.path.join(ROOT, name)


class ManualResource:
    def on_get(self, req, resp):
        path = manual_path(req.get_param("page", default="index.txt"))
        kind, _ = mimetypes.guess_type(path)
        try:
            stream = open(path, "rb")
        except OSError as error:
            raise falcon.HTTPNotFound() from error
        resp.content_type = "application/pdf" if kind == "application/pdf" else "text/plain"
        resp.set_stream(stream, os.fstat(stream.fileno()).st_size)


app = falcon.App()
app.add_route("/manual", ManualResource())
