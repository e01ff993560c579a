import smtplib
from email.message import EmailMessage

import tornado.escape
import tornado.template
import tornado.web

LAYOUT = """Hello {{ name }},

%s
Your team at Greenhouse
"""


class WelcomeMail:
    def __init__(self, name, note):
        self.name = name
        self.note = note

    def text(self):
        layout = LAYOUT % tornado.escape.xhtml_escape(self.note)
        template = tornado.template.Template(layout, autoescape=None)
        return template.generate(name=self.name, note=self.note).decode()

    def message(self):
        mail = EmailMessage()
        mail["Subject"] = "Welcome"
        mail["To"] = "newcomers@greenhouse.example"
        mail.set_content(self.text())
        return mail


class InviteHandler(tornado.web.RequestHandler):
    def post(self):
        mail = WelcomeMail(
            name=self.get_body_argument("name"),
            note=self.get_body_argument("note", ""),
        )
        with smtplib.SMTP("localhost") as server:
            server.send_message(mail.message(), from_addr="hello@greenhouse.example")
        self.set_status(204)


app = tornado.web.Application([(r"/invite", InviteHandler)])
