import base64
import json
import zlib

import yaml

LOADERS = [yaml.SafeLoader, yaml.BaseLoader, yaml.UnsafeLoader, yaml.CSafeLoader]
VERSION = 3


def pick(version):
    chosen = None
    for step, loader in enumerate(LOADERS):
        chosen = loader
        if step * 2 > version:
            break
    else:
        chosen = yaml.SafeLoader
    return chosen


def inflate(text):
    padded = text + "=" * (-len(text) % 4)
    return zlib.decompress(base64.urlsafe_b64decode(padded), bufsize=4096)


def settings_from(text):
    document = yaml.load(inflate(text), Loader=pick(VERSION))
    if not isinstance(document, dict):
        raise ValueError("mapping expected")
    return document


def lambda_handler(event, _context):
    params = event.get("queryStringParameters") or {}
    try:
        settings = settings_from(params.get("s", ""))
    except (ValueError, zlib.error, yaml.YAMLError):
        return {"statusCode": 400, "body": json.dumps({"error": "unreadable settings"})}
    return {"statusCode": 200, "body": json.dumps({"options": len(settings)})}
