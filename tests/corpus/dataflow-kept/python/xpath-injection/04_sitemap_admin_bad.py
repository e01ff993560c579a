"""Console for the sitemap: the pages that link to a given title."""
import tornado.web
from lxml import html

from helper_04_sitemap_admin_bad import literal


class LinksHandler(tornado.web.RequestHandler):
    def initialize(self, folder):
        self.document = html.parse(f"{folder}/sitemap.html")

    def get(self):
        title = self.get_query_argument("title", "")
        section = self.get_query_argument("section", "all")
        expression = "//li[a/@title=" + literal(title) + "]"
        match section:
            case "blog":
                expression = "//section[@id='blog']" + expression
            case "shop":
                expression = "//section[@id='shop']" + expression
            case _:
                expression = "//section[@data-public='1']" + expression
        found = self.document.xpath(expression)
        self.write({"links": [item.findtext("a") for item in found]})


def make_app(folder="/srv/site"):
    return tornado.web.Application([(r"/links", LinksHandler, {"folder": folder})])
