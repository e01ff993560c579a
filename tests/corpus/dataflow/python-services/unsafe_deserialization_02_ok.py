import logging

import yaml
from flask import Blueprint, Flask, jsonify, request
from flask.views import MethodView

from pipeline.yaml_tools import DefinitionLoader

log = logging.getLogger(__name__)
pipelines = Blueprint("pipelines", __name__)


class PipelineError(ValueError):
    pass


class PipelineStore:
    def __init__(self):
        self._pipelines = {}

    def save(self, name, steps):
        self._pipelines[name] = steps
        return len(steps)


class PipelineUpload(MethodView):
    loader = DefinitionLoader

    def __init__(self, store):
        self.store = store

    def parse(self, stream):
        try:
            document = yaml.load(stream, Loader=self.loader)
        except (yaml.YAMLError, KeyError, ValueError) as exc:
            raise PipelineError("not a pipeline file") from exc
        if not isinstance(document, dict) or "steps" not in document:
            raise PipelineError("the file has no steps")
        return document

    def put(self, name):
        upload = request.files.get("definition")
        if upload is None:
            return jsonify(error="a definition is needed"), 400
        try:
            document = self.parse(upload.stream)
        except PipelineError as exc:
            log.info("definition refused")
            return jsonify(error=str(exc)), 422
        return jsonify(steps=self.store.save(name, document["steps"]))


def create_app():
    app = Flask(__name__)
    view = PipelineUpload.as_view("upload", PipelineStore())
    pipelines.add_url_rule("/pipelines/<name>", view_func=view)
    app.register_blueprint(pipelines)
    return app
