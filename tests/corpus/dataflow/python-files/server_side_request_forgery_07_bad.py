import json
import os
import urllib.request


class Endpoint:
    def __init__(self, base):
        self._base = base

    @property
    def base(self):
        return self._base

    @base.setter
    def base(self, value):
        self._base = value.rstrip("/")

    def get(self, path):
        with urllib.request.urlopen(self._base + path, timeout=5) as reply:
            return reply.status


def handler(event, context):
    endpoint = Endpoint(os.environ.get("STATUS_URL", "https://status.works.example/"))
    parameters = event.get("queryStringParameters") or {}
    if (base := parameters.get("base")) is not None:
        endpoint.base = base
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"upstream": endpoint.get("/health")}),
    }
