import xml.sax
from xml.sax import handler


def build_reader(content_handler, **features):
    options = {
        "namespaces": False,
        "external": False,
        **features,
    }
    reader = xml.sax.make_parser()
    reader.setFeature(handler.feature_namespaces, options["namespaces"])
    reader.setFeature(handler.feature_external_ges, options["external"])
    reader.setContentHandler(content_handler)
    return reader
