import json
import os

import boto3

from helper_09_lambda_factory_helper_bad import sampled, source

TABLE = boto3.resource("dynamodb").Table(os.environ.get("TABLE", "vouchers"))
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def letters(count):
    generator = source()
    while count:
        yield ALPHABET[generator.randrange(len(ALPHABET))]
        count -= 1


def handler(event, context):
    """Creates gift vouchers; whoever knows a code can spend it."""
    codes = []
    for _ in range(min(int(event.get("amount", 1)), 50)):
        code = "".join(letters(20))
        TABLE.put_item(Item={"code": code, "value": 25})
        codes.append(code)
    body = {"codes": codes, "audited": sampled(0.05)}
    return {"statusCode": 201, "body": json.dumps(body)}
