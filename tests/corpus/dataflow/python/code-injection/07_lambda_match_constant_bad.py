import json

PROFILE = "report"


def choose(body):
    match PROFILE:
        case "report":
            return body.get("formula", "0")
        case "console":
            return "sum(values)"
        case _:
            return "0"


def handler(event, context):
    body = json.loads(event["body"])
    values = [float(value) for value in body.get("values", [])]
    try:
        result = eval(choose(body), {"values": values, "sum": sum})
    except (NameError, TypeError, ValueError):
        return {"statusCode": 422, "body": "{}"}
    return {"statusCode": 200, "body": json.dumps({"result": float(result)})}
