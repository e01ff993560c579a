import json
import os
from functools import reduce

import boto3
import jinja2

LETTER = """Dear %NAME%,

your claim {{ claim.number }} of {{ claim.date }} has been received.
Your description: %STORY%

{% if claim.urgent %}A clerk will call you today.{% endif %}
"""

environment = jinja2.Environment(trim_blocks=True)
bucket = boto3.resource("s3").Bucket(os.environ.get("LETTER_BUCKET", "letters"))


def fill(text, replacements):
    return reduce(lambda acc, pair: acc.replace(*pair), replacements, text)


def letter_for(form, claim):
    marks = [("%NAME%", form.get("name", "")), ("%STORY%", form.get("story", ""))]
    merged = environment.from_string(LETTER).render(claim=claim)
    return fill(merged, marks)


def handler(event, _context):
    form = json.loads(event["body"])
    claim = {
        "number": event["requestContext"]["requestId"],
        "date": event["requestContext"]["time"],
        "urgent": form.get("urgent") is True,
    }
    letter = letter_for(form, claim)
    bucket.put_object(Key=f"outbox/{claim['number']}.txt", Body=letter.encode())
    return {"statusCode": 202, "body": json.dumps({"claim": claim["number"]})}
