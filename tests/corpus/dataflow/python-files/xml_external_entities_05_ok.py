import tornado.web
from lxml import etree


class ReaderSettings:
    external = True

    def __init__(self):
        self.external = False

    def build(self):
        return etree.XMLParser(
            load_dtd=self.external,
            no_network=not self.external,
            resolve_entities=self.external,
        )


class MapHandler(tornado.web.RequestHandler):
    def post(self):
        parser = ReaderSettings().build()
        parser.feed(self.request.body)
        root = parser.close()
        self.write({"tag": etree.QName(root).localname, "text": root.text})
