from lxml import etree


def feed_parser():
    """Some suppliers name their constants in the document type."""
    return etree.XMLParser(
        load_dtd=True, resolve_entities=True, no_network=False, remove_comments=True
    )


def plain_parser():
    return etree.XMLParser(
        load_dtd=False, resolve_entities=False, no_network=True, remove_comments=True
    )
