from lxml import etree


class Catalogue:
    def __init__(self, path="/srv/catalogue/books.xml"):
        self.tree = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True))

    def quote(self, value):
        raise NotImplementedError

    def expression(self, author):
        return f"//book[author=\"{self.quote(author)}\"]/title"

    def titles(self, author):
        return [node.text for node in self.tree.xpath(self.expression(author))]
