import json
import logging

import tornado.ioloop
import tornado.web
from jinja2 import Environment, TemplateError

from mailer.layouts import LayoutError, stored_layout

log = logging.getLogger(__name__)


class BaseHandler(tornado.web.RequestHandler):
    def prepare(self):
        self.payload = {}
        if self.request.headers.get("Content-Type", "").startswith("application/json"):
            try:
                self.payload = json.loads(self.request.body)
            except ValueError:
                raise tornado.web.HTTPError(400)

    def set_default_headers(self):
        self.set_header("X-Content-Type-Options", "nosniff")


class PreviewHandler(BaseHandler):
    def initialize(self, environment):
        self.environment = environment

    def post(self):
        try:
            source = stored_layout(self.payload.get("layout", ""))
            template = self.environment.from_string(source)
            text = template.render(
                number=int(self.payload.get("number", 1)),
                total="%.2f" % float(self.payload.get("total", 0)),
            )
        except (LayoutError, TemplateError, ValueError, TypeError):
            log.info("preview failed")
            raise tornado.web.HTTPError(422)
        self.write({"preview": text, "length": len(text)})


def make_app():
    environment = Environment(autoescape=True, trim_blocks=True)
    return tornado.web.Application(
        [(r"/preview", PreviewHandler, {"environment": environment})]
    )


if __name__ == "__main__":
    make_app().listen(8888, address="127.0.0.1")
    tornado.ioloop.IOLoop.current().start()
