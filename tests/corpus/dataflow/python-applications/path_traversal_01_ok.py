import os

from flask import Flask, abort, send_file

app = Flask(__name__)
app.config["MANUALS"] = "/srv/manuals"


class ManualStore:
    def __init__(self, root):
        self.root = os.path.realpath(root)

    def locate(self, language, name):
        path = os.path.join(self.root, language, name)
        path = os.path.realpath(path)
        if os.path.commonpath([self.root, path]) != self.root:
            raise LookupError(name)
        if not os.path.isfile(path):
            raise LookupError(name)
        return path


@app.get("/manuals/<language>/<path:name>")
def manual(language, name):
    if language not in {"en", "de", "fr"}:
        abort(404)
    store = ManualStore(app.config["MANUALS"])
    try:
        return send_file(store.locate(language, name), as_attachment=True)
    except LookupError:
        abort(404)
