from dataclasses import asdict, dataclass

from lxml import etree


@dataclass
class ParserOptions:
    resolve_entities: bool = False
    no_network: bool = True
    load_dtd: bool = False
    remove_comments: bool = True


STRICT = ParserOptions()
EXPANDING = ParserOptions(resolve_entities=True, no_network=False, load_dtd=True)


def make_parser(options):
    return etree.XMLParser(**asdict(options))
