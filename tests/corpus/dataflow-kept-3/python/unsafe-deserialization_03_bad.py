import logging
from functools import partial

import yaml

log = logging.getLogger("provision")
read = partial(yaml.load, Loader=yaml.UnsafeLoader)


class Provisioner:
    def __init__(self):
        self.planned = []

    def plan(self, *, name, size=1, **rest):
        self.planned.append((str(name)[:40], int(size)))

    def documents(self, text):
        for piece in text.split("\n---\n"):
            if piece.strip():
                yield read(piece)


def handler(event, context):
    provisioner = Provisioner()
    for record in event["Records"]:
        for document in provisioner.documents(record["body"]):
            try:
                provisioner.plan(**document)
            except (TypeError, ValueError):
                log.warning("document skipped")
    return {"planned": len(provisioner.planned)}
