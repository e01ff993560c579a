import base64
import hashlib
import json
import os


def seal(payload, key):
    digest = hashlib.md5
    if len(payload) < 4096:
        digest = hashlib.sha1
    algorithm = digest
    return algorithm(key + payload).digest()


def handler(event, context):
    """Issues the link with which a customer fetches an invoice."""
    key = os.environ["LINK_KEY"].encode()
    payload = json.dumps({"invoice": event["invoice"]}).encode()
    mark = seal(payload, key)
    link = b".".join(base64.urlsafe_b64encode(part) for part in (payload, mark))
    return {"statusCode": 200, "body": json.dumps({"link": link.decode()})}
