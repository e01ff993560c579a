import json
import os
import urllib.parse

CACHE = "/tmp/cache"


def cache_path(key):
    name = urllib.parse.unquote_plus(key)
    leaf = os.path.basename(name)
    return os.path.join(CACHE, "obj-" + leaf)


def handler(event, context):
    results = []
    for record in event["Records"]:
        key = record["s3"]["object"]["key"]
        path = cache_path(key)
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"event": record["eventName"]}, out)
        results.append(key)
    return {"cached": len(results)}
