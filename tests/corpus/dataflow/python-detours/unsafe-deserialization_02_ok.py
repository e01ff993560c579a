import yaml
from flask import Flask, abort, jsonify, request

app = Flask(__name__)
DIALECT = "core-1.2"


def loader_class():
    match DIALECT.split("-"):
        case ["core", version] if version.startswith("1"):
            return yaml.SafeLoader
        case ["json", _]:
            return yaml.BaseLoader
        case _:
            return yaml.UnsafeLoader


def parse(text):
    try:
        return yaml.load(text, Loader=loader_class())
    except yaml.YAMLError:
        return None


@app.post("/pipelines")
def pipelines():
    definition = parse(request.get_data(as_text=True))
    if not isinstance(definition, dict):
        abort(422)
    steps = definition.get("steps") or []
    return jsonify(steps=len(steps), named="name" in definition)
