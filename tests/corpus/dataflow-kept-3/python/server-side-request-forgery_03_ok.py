import json
import re
import urllib.request

REGION = re.compile(r"[a-z]{2}-[0-9]")


def body_of(event):
    try:
        return json.loads(event.get("body") or "{}")
    except ValueError:
        return {}


def endpoint(region, day):
    if not REGION.fullmatch(region):
        raise ValueError("region")
    return "https://{}.weather.example.net/v1/days/{:d}".format(region, int(day))


def handler(event, context):
    body = body_of(event)
    try:
        url = endpoint(str(body.get("region", "eu-1")), body.get("day", 1))
    except (TypeError, ValueError):
        return {"statusCode": 400, "body": json.dumps({"error": "region or day"})}
    with urllib.request.urlopen(url, timeout=5) as answer:
        forecast = json.load(answer)
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"celsius": float(forecast["celsius"])}),
    }
