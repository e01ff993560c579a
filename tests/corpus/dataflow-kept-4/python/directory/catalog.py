from lxml import etree

_CACHE = {}


def _tree(path):
    if path not in _CACHE:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        _CACHE[path] = etree.parse(path, parser)
    return _CACHE[path]


def select(path, expression, **variables):
    return _tree(path).xpath(expression, **variables)
