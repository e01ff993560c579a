from functools import lru_cache

from lxml import etree

from library.settings import CATALOGUE, STAFF

_parser = etree.XMLParser(resolve_entities=False, no_network=True)


@lru_cache(maxsize=1)
def load_catalogue():
    return etree.parse(str(CATALOGUE), _parser)


@lru_cache(maxsize=1)
def load_staff():
    return etree.parse(str(STAFF), _parser)
