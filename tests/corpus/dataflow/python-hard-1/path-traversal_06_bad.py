import os

from sanic import Sanic
from sanic.exceptions import NotFound
from sanic.response import file, json as json_response
from werkzeug.utils import safe_join, secure_filename

app = Sanic("gallery")
ALBUMS = "/srv/gallery"


def picture_path(album, picture):
    folder = os.path.join(ALBUMS, secure_filename(album) or "default")
    return os.path.join(folder, picture)


@app.get("/pictures")
async def picture(request):
    album = request.args.get("album", "default")
    name = request.args.get("name", "cover.jpg")
    location = picture_path(album, name)
    if location is None or not os.path.isfile(location):
        raise NotFound("no such picture")
    return await file(location, mime_type="image/jpeg")


@app.get("/albums")
async def albums(request):
    return json_response(sorted(os.listdir(ALBUMS)))


if __name__ == "__main__":
    app.run(port=8013)
