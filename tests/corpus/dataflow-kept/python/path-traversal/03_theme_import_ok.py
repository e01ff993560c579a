"""Installs a theme from an uploaded archive."""
import io
import os
import tempfile
import zipfile

from aiohttp import web

KEEP = (".css", ".svg", ".woff2")


def unpack(data, folder):
    written = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            name = member.filename
            if member.is_dir() or not name.endswith(KEEP):
                continue
            target = os.path.join(folder, os.path.basename(name))
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(member) as source, open(target, "wb") as sink:
                sink.write(source.read())
            written.append(name)
    return written


async def import_theme(request):
    form = await request.post()
    field = form.get("archive")
    if not isinstance(field, web.FileField):
        raise web.HTTPBadRequest(text="archive missing")
    folder = tempfile.mkdtemp(prefix="theme-", dir=request.app["themes"])
    try:
        written = unpack(field.file.read(), folder)
    except zipfile.BadZipFile:
        raise web.HTTPUnprocessableEntity(text="not a zip file")
    return web.json_response({"files": len(written)})


app = web.Application(client_max_size=8 * 1024 * 1024)
app["themes"] = "/srv/themes"
app.router.add_post("/themes", import_theme)
