import json
import logging
import urllib.request

log = logging.getLogger()

PARTNERS = {
    "north": {"callback": "https://north.partners.example/orders", "retries": 2},
    "south": {"callback": "https://south.partners.example/in", "retries": 1},
}


def settings_for(order):
    settings = {"callback": None, "retries": 0}
    settings.update(order.get("options", {}), **PARTNERS.get(order.get("partner"), {}))
    if order.get("partner") not in PARTNERS:
        settings["callback"] = None
    return settings


def notify(order, callback, retries, **_):
    body = json.dumps({"order": int(order["id"]), "state": "packed"}).encode()
    request = urllib.request.Request(callback, data=body, method="POST")
    for _ in range(1 + min(int(retries), 3)):
        try:
            with urllib.request.urlopen(request, timeout=4) as reply:
                return reply.status
        except OSError:
            log.warning("callback failed")
    return 0


def handler(event, context):
    failed = []
    for record in event["Records"]:
        order = json.loads(record["body"])
        settings = settings_for(order)
        if not settings["callback"] or not notify(order, **settings):
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
