import xml.sax
from xml.dom import pulldom
from xml.sax.handler import feature_external_ges, feature_namespaces

from celery import Celery

app = Celery("imports")


def reader():
    parser = xml.sax.make_parser()
    for feature in (feature_namespaces, feature_external_ges):
        parser.setFeature(feature, 0)
    return parser


@app.task
def import_contacts(message):
    """Reads the names out of the address book in the message."""
    document = pulldom.parseString(message["xml"], parser=reader())
    names = []
    for event, node in document:
        if event == pulldom.START_ELEMENT and node.tagName == "name":
            document.expandNode(node)
            names.append(node.firstChild.data if node.firstChild else "")
    return names
