import tornado.template
import tornado.web


class CertificateHandler(tornado.web.RequestHandler):
    FRAME = "This certifies that {{ who }} passed %s."

    def subject(self):
        parts = self.get_arguments("subject")
        joined = " ".join(part.capitalize() for part in parts)
        return joined[:60]

    def post(self):
        subject = self.subject()
        template = tornado.template.Template(self.FRAME % "{{ subject }}")
        text = template.generate(who="the holder", subject=subject)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.write(text)
