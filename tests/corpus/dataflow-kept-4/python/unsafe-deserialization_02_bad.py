import datetime

import yaml
from flask import Flask, abort, jsonify, request

app = Flask(__name__)


class ManifestLoader(yaml.Loader):
    """Manifests may write durations as !minutes 30."""


def minutes(loader, node):
    return datetime.timedelta(minutes=int(loader.construct_scalar(node)))


ManifestLoader.add_constructor("!minutes", minutes)


@app.post("/manifests")
def upload():
    stored = request.files.get("manifest")
    if stored is None:
        abort(400)
    try:
        manifest = yaml.load(stored.stream, Loader=ManifestLoader)
    except yaml.YAMLError:
        abort(422)
    steps = manifest.get("steps", []) if isinstance(manifest, dict) else []
    return jsonify(steps=len(steps))
