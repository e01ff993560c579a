from lxml import etree


class Repository:
    def __init__(self, path):
        self.path = path

    def numbers(self, holder, state):
        tree = etree.parse(self.path)
        nodes = tree.xpath(f'//permit[@state="{state}"]')
        return [node.get("number") for node in nodes if node.findtext("holder") == holder]
