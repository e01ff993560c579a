import json
import logging
import os
import re

log = logging.getLogger(__name__)
TENANT = re.compile(r"[a-z][a-z0-9_]{2,30}")


def messages(event):
    for record in event.get("Records", ()):
        try:
            yield record["messageId"], json.loads(record["body"])
        except (KeyError, ValueError):
            log.warning("unreadable message")


def plan(body):
    tenant = body.get("tenant", "")
    owner = body.get("owner", "")
    if not TENANT.fullmatch(owner):
        raise ValueError("name not accepted")
    return "pg_dump --format=custom --file=/var/backups/latest.dump db_%s" % tenant


def handler(event, context):
    failures = []
    for message_id, body in messages(event):
        try:
            command = plan(body)
        except ValueError:
            continue
        if os.system(command) != 0:
            failures.append({"itemIdentifier": message_id})
    return {"batchItemFailures": failures}
