import json
import logging
import os
from dataclasses import dataclass, field

import boto3

from pipeline.transforms import UnknownTransform, named_source

log = logging.getLogger()
log.setLevel(logging.INFO)

TABLE = os.environ.get("TABLE_NAME", "rows")


@dataclass
class Batch:
    batch_id: str
    steps: list = field(default_factory=list)
    rows: list = field(default_factory=list)

    @classmethod
    def from_record(cls, record):
        body = json.loads(record["body"])
        return cls(record["messageId"], body.get("steps", []), body["rows"])


def compile_steps(names):
    for name in names:
        yield eval(named_source(name))


def apply_steps(batch):
    rows = batch.rows
    for step in compile_steps(batch.steps):
        rows = [step(row) for row in rows]
    return rows


def store(batch_id, rows):
    table = boto3.resource("dynamodb").Table(TABLE)
    with table.batch_writer() as writer:
        for index, row in enumerate(rows):
            writer.put_item(Item={"pk": batch_id, "sk": index, "data": json.dumps(row)})


def handler(event, context):
    failures = []
    for record in event.get("Records", []):
        try:
            batch = Batch.from_record(record)
            rows = apply_steps(batch)
            store(batch.batch_id, rows)
        except UnknownTransform:
            log.warning("unknown transform in %s", record["messageId"])
        except Exception:
            log.exception("record failed")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
