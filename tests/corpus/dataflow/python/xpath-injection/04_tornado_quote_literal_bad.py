import tornado.web
from lxml import etree

CONFIG = etree.parse("/srv/config/routes.xml")


def literal(value):
    return "'" + value.replace('"', "&quot;") + "'"


class RouteHandler(tornado.web.RequestHandler):
    def get(self):
        source = self.get_query_argument("from")
        target = self.get_query_argument("to")
        query = "//route[@from=%s][@to=%s]" % (literal(source), literal(target))
        nodes = CONFIG.xpath(query)
        self.write({"hops": [node.get("hop") for node in nodes]})


def make_app():
    return tornado.web.Application([(r"/routes", RouteHandler)])
