from lxml import etree


class DocumentError(ValueError):
    pass


class DocumentReader:
    """Reads a document with the options of its class."""

    defaults = {"huge_tree": False, "remove_pis": True}
    options = {"resolve_entities": False, "no_network": True}

    def __init__(self, root_name):
        self.root_name = root_name

    def parser(self):
        return etree.XMLParser(**{**self.defaults, **self.options})

    def check(self, root):
        if root.tag != self.root_name:
            raise DocumentError("another document was expected")
        return root
