import json
import logging
import os

import requests

from partners.client import ServiceClient

log = logging.getLogger()
log.setLevel(logging.INFO)


class TrackingClient(ServiceClient):
    base_url = "https://api.post.partner.example/v2/parcels/"

    def __init__(self, key, **kwargs):
        super().__init__(**kwargs)
        self._key = key

    def headers(self):
        return {**super().headers(), "X-Api-Key": self._key}

    def parcel(self, code):
        url = self.url(code)
        response = requests.get(
            url, headers=self.headers(), timeout=self._timeout, allow_redirects=False
        )
        response.raise_for_status()
        return response.json()


def parcels(records):
    for record in records:
        try:
            yield record["messageId"], json.loads(record["body"])["parcel"]
        except (ValueError, KeyError, TypeError):
            log.warning("a message without a parcel")


def handler(event, context):
    client = TrackingClient(os.environ["POST_API_KEY"])
    states, failures = {}, []
    for message_id, code in parcels(event["Records"]):
        try:
            states[message_id] = client.parcel(code).get("state", "unknown")
        except (requests.RequestException, ValueError):
            log.exception("parcel could not be looked up")
            failures.append({"itemIdentifier": message_id})
    log.info("%d parcels looked up", len(states))
    return {"batchItemFailures": failures}
