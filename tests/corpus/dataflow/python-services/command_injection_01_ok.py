import logging
import shlex
import subprocess

from flask import Flask, jsonify, request

from media.library import Library
from media.settings import CONVERT_TIMEOUT
from media.validation import InvalidValue, parse_size

log = logging.getLogger(__name__)
app = Flask(__name__)


class ThumbnailService:
    def __init__(self, library, timeout=CONVERT_TIMEOUT):
        self._library = library
        self._timeout = timeout

    def create(self, asset_id, size):
        source = self._library.original(asset_id)
        target = self._library.thumbnail(asset_id)
        command = "convert {} -resize {} {}".format(
            shlex.quote(str(source)), size, shlex.quote(str(target))
        )
        result = subprocess.run(
            command, shell=True, capture_output=True, timeout=self._timeout
        )
        if result.returncode != 0:
            log.error("convert failed for asset %d", asset_id)
            raise RuntimeError("conversion failed")
        return target.name


thumbnails = ThumbnailService(Library())


@app.post("/assets/<int:asset_id>/thumbnail")
def create_thumbnail(asset_id):
    payload = request.get_json(silent=True) or {}
    try:
        size = parse_size(payload.get("size", "320x240"))
    except InvalidValue as exc:
        return jsonify(error=str(exc)), 400
    try:
        name = thumbnails.create(asset_id, size)
    except (RuntimeError, subprocess.TimeoutExpired):
        return jsonify(error="conversion failed"), 502
    return jsonify(thumbnail=name), 201
