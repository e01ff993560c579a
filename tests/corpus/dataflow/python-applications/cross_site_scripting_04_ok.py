import tornado.web
from tornado.escape import url_unescape, xhtml_escape


class Page(tornado.web.RequestHandler):
    title = "Recipes"

    def begin(self):
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.write(f"<!doctype html><title>{self.title}</title><main>")

    def end(self):
        self.finish("</main>")

    def tidy(self, raw):
        steps = (
            lambda text: url_unescape(text, plus=False),
            xhtml_escape,
            str.strip,
        )
        for step in steps:
            raw = step(raw)
        return raw


class RecipeSearch(Page):
    def get(self):
        wanted = self.tidy(self.get_query_argument("ingredient", ""))
        self.begin()
        if wanted:
            self.write("<p>Nothing found with " + wanted + "</p>")
        else:
            self.write("<p>What is in your fridge?</p>")
        self.end()


def make_app():
    return tornado.web.Application([(r"/recipes", RecipeSearch)])
