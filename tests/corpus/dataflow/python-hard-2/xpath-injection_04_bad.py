import json
from collections import defaultdict, deque

from lxml import etree

SHELVES = etree.parse("shelves.xml")
TEMPLATE = deque(["//shelf[", "position()=", "]/box[@owner='public']/@label"])


def sorted_fields(event):
    fields = defaultdict(list)
    for name, values in (event.get("multiValueQueryStringParameters") or {}).items():
        fields[name.lower()].extend(values)
    return fields


def position(candidates):
    while candidates:
        text = candidates.pop()
        try:
            number = int(text)
        except ValueError:
            continue
        else:
            break
    else:
        return "1"
    return text if number > 0 else "1", *candidates


def expression(fields):
    steps = TEMPLATE.copy()
    chosen = " or position()=".join(position(fields["shelf"]))
    steps.insert(2, chosen)
    return "".join(steps)


def handler(event, _context):
    labels = SHELVES.xpath(expression(sorted_fields(event)))
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"labels": [str(label) for label in labels]}),
    }
