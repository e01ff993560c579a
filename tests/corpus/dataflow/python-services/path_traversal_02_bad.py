import json
import logging
import os

from documents.exports import ExportError, joined_target

log = logging.getLogger()
log.setLevel(logging.INFO)


class ExportWriter:
    """Writes the rows of an export, one JSON object a line."""

    def __init__(self, path):
        self.path = path
        self._stream = None

    def __enter__(self):
        self._stream = open(self.path, "w", encoding="utf-8")
        return self

    def __exit__(self, exc_type, exc, tb):
        self._stream.close()
        return False

    def write(self, rows):
        for count, row in enumerate(rows, start=1):
            self._stream.write(json.dumps(row) + "\n")
            if count % 1000 == 0:
                log.info("%d rows so far", count)


def reply(status, **body):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }


def handler(event, context):
    params = event.get("pathParameters") or {}
    try:
        rows = json.loads(event.get("body") or "[]")
        target = joined_target(params["team"], params["file"])
    except (ValueError, KeyError) as exc:
        log.info("export refused: %s", type(exc).__name__)
        return reply(400, error="the export cannot be written")
    try:
        with ExportWriter(target) as writer:
            writer.write(rows)
    except OSError:
        log.exception("export failed")
        return reply(500, error="the export cannot be written")
    return reply(201, rows=len(rows))
