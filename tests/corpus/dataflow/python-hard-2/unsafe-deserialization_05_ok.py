import io

import falcon
import numpy as np

TRUSTING = {"mmap_mode": None, "allow_pickle": True}
CAREFUL = {"mmap_mode": None, "allow_pickle": False}


class ArrayMedia(falcon.media.BaseHandler):
    def __init__(self, **options):
        self.options = options

    def deserialize(self, stream, content_type, content_length):
        try:
            return np.load(io.BytesIO(stream.read()), **self.options)
        except (ValueError, OSError) as exc:
            raise falcon.HTTPBadRequest(title="unreadable array") from exc

    def serialize(self, media, content_type):
        buffer = io.BytesIO()
        np.save(buffer, np.asarray(media), allow_pickle=False)
        return buffer.getvalue()


class Series:
    def on_post(self, req, resp):
        values = np.asarray(req.get_media(), dtype=float).ravel()
        resp.content_type = falcon.MEDIA_JSON
        resp.media = {"count": int(values.size), "mean": float(values.mean()) if values.size else 0.0}


def create():
    app = falcon.App()
    handlers = {
        "application/x-npy": ArrayMedia(**(TRUSTING | CAREFUL)),
        falcon.MEDIA_JSON: falcon.media.JSONHandler(),
    }
    app.req_options.media_handlers.update(handlers)
    app.add_route("/series", Series())
    return app


application = create()
