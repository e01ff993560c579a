from lxml import etree


class Repository:
    def __init__(self, path):
        self.path = path

    def numbers(self, holder, state):
        tree = etree.parse(self.path)
        nodes = tree.xpath(f'//permit[@state="{state}"][holder="{holder}"]')
        return [node.get("number") for node in nodes]
