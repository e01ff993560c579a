"""Landing page of the booking site with a personal greeting."""
import tornado.ioloop
import tornado.template
import tornado.web

LANDING = """<!doctype html>
<title>Bookings</title>
<h1>{{ greeting }}</h1>
<p>{{ count }} rooms are free tonight.</p>
"""


class LandingHandler(tornado.web.RequestHandler):
    def initialize(self, rooms):
        self.rooms = rooms

    def greeting(self):
        name = self.get_cookie("guest_name") or self.get_argument("name", "guest")
        return "Welcome back, " + name[:200]

    def get(self):
        source = LANDING.replace("{{ greeting }}", tornado.escape.xhtml_escape(self.greeting()))
        template = tornado.template.Template(source)
        self.finish(template.generate(count=len(self.rooms)))


def make_app():
    return tornado.web.Application([(r"/", LandingHandler, {"rooms": ["101", "204"]})])


if __name__ == "__main__":
    make_app().listen(8055)
    tornado.ioloop.IOLoop.current().start()
