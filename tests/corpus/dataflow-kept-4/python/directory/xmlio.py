from lxml import etree


def _parser(expand):
    return etree.XMLParser(
        resolve_entities=expand,
        load_dtd=expand,
        no_network=not expand,
        huge_tree=False,
    )


def load(data, expand=False):
    return etree.fromstring(data, _parser(expand))


def text_of(node, path, default=""):
    found = node.find(path)
    return default if found is None else (found.text or default)
