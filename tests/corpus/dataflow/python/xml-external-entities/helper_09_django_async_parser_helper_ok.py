import threading

from lxml import etree

local = threading.local()


class ParseProblem(Exception):
    pass


def parser():
    if not hasattr(local, "parser"):
        local.parser = etree.XMLParser(resolve_entities=False, remove_blank_text=True)
    return local.parser


def read_document(content):
    try:
        return etree.fromstring(content, parser=parser())
    except etree.XMLSyntaxError as exc:
        raise ParseProblem(str(exc)) from exc
