import json

from lxml import etree

PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def assemble(text):
    root = etree.fromstring(text.encode(), PARSER)
    tree = root.getroottree()
    tree.xinclude()
    return tree


def handler(event, context):
    """Turns the uploaded document into plain text."""
    try:
        tree = assemble(event["body"])
    except (etree.XMLSyntaxError, etree.XIncludeError):
        return {"statusCode": 400, "body": json.dumps({"error": "not readable"})}
    text = " ".join(part.strip() for part in tree.getroot().itertext())
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"text": text}),
    }
