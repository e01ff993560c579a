import io
import zipfile
from pathlib import Path

import tornado.web

THEMES = Path("/srv/site/themes")


def members(archive):
    for info in archive.infolist():
        if info.is_dir() or info.file_size > 1_000_000:
            continue
        yield info


def unpack(data, destination):
    written = 0
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in members(archive):
            target = destination / info.filename
            if info.filename.startswith(("..", "/")):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(info))
            written += 1
    return written


class ThemeHandler(tornado.web.RequestHandler):
    def put(self, number):
        destination = THEMES.resolve() / f"theme-{int(number)}"
        destination.mkdir(exist_ok=True)
        try:
            written = unpack(self.request.body, destination)
        except zipfile.BadZipFile:
            raise tornado.web.HTTPError(422)
        self.write({"files": written})


def make_app():
    return tornado.web.Application([(r"/themes/(\d+)", ThemeHandler)])
