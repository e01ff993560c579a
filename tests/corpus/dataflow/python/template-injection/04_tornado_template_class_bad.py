import tornado.template
import tornado.web

SUBJECTS = {
    "late": "Your order {{ number }} is late",
    "sent": "Your order {{ number }} was sent",
}


class SubjectHandler(tornado.web.RequestHandler):
    def source(self, name):
        return SUBJECTS.get(name, "Order {{ number }}: " + name)

    def post(self):
        name = self.get_body_argument("reason")
        template = tornado.template.Template(self.source(name))
        text = template.generate(number=int(self.get_body_argument("number")), reason=name)
        self.write({"subject": text.decode()})


def make_app():
    return tornado.web.Application([(r"/subject", SubjectHandler)])
