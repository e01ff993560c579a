import json
import os
import re

import boto3
from lxml import etree

FORBIDDEN = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

READERS = {}
replies = boto3.resource("sqs").Queue(os.environ["REPLY_QUEUE_URL"])


def reader(version):
    def register(function):
        READERS[version] = function
        return function

    return register


def lenient():
    return etree.XMLParser(resolve_entities=True, load_dtd=True, recover=True)


def strict():
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)


@reader("1")
def read_first(data, parser=None):
    return etree.XML(data, parser=parser or strict())


@reader("2")
def read_second(data, parser=None):
    if FORBIDDEN.search(data):
        raise ValueError("document types are not accepted")
    return etree.XML(data, parser=parser or lenient())


def summary(root):
    return {child.tag: (child.text or "").strip() for child in root if isinstance(child.tag, str)}


def handle(event, _context):
    """One message of the queue for each record."""
    failed = []
    for record in event["Records"]:
        version = record["messageAttributes"].get("version", {}).get("stringValue", "1")
        body = record["body"]
        encoding = record["messageAttributes"].get("encoding", {}).get("stringValue", "utf-8")
        try:
            root = READERS[version](body.encode(encoding))
        except (KeyError, LookupError, ValueError, etree.XMLSyntaxError):
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        replies.send_message(MessageBody=json.dumps(summary(root)))
    return {"batchItemFailures": failed}
