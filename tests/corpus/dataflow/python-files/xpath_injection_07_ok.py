import tornado.web
from lxml import etree

TREE = etree.XML("<shelf><item sku='A1'/><item sku='B2'/></shelf>")


class ItemHandler(tornado.web.RequestHandler):
    def literal(self, text):
        if "'" not in text:
            return "'" + text + "'"
        return "'" + text.replace("'", "&apos;") + "'" if '"' in text else '"' + text + '"'

    def get(self, sku):
        expression = "/shelf/item[@sku=%s]" % self.literal(sku)
        self.write({"items": int(TREE.xpath("count(" + expression + ")"))})
