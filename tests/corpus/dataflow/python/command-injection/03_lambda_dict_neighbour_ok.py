import json
import logging
import os

log = logging.getLogger(__name__)


def make_job(event):
    body = json.loads(event["body"])
    job = {}
    job["label"] = body["label"]
    job["folder"] = "/mnt/exports"
    job["owner"] = body.get("owner", "nobody")
    return job


def handler(event, context):
    job = make_job(event)
    size = os.popen("du -sh " + job["folder"]).read()
    log.info("job by %r measured", job["owner"])
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"label": job["label"], "size": size}),
    }
