import logging
import os
import re
from urllib.parse import unquote_plus

import boto3

log = logging.getLogger()
s3 = boto3.client("s3")

BUCKET = os.environ.get("INBOX_BUCKET", "inbox")
LOCAL = "/tmp/incoming.csv"
NAME = re.compile(r"[A-Za-z0-9_-]+\.csv")


def object_keys(event):
    for record in event.get("Records", []):
        yield unquote_plus(record["s3"]["object"]["key"])


def ingest(label):
    status = os.system(f"/opt/bin/ingest --source={LOCAL} --label={label}")
    return status == 0


def handler(event, context):
    accepted = 0
    for key in object_keys(event):
        name = key.rpartition("/")[2]
        if NAME.fullmatch(name) is None:
            log.warning("ignored an object with an unexpected name")
            continue
        s3.download_file(BUCKET, key, LOCAL)
        try:
            accepted += ingest(name)
        finally:
            os.unlink(LOCAL)
    return {"accepted": accepted}
