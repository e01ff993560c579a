import asyncio
import re

import tornado.web
from tornado.template import DictLoader, Template

PARTIALS = DictLoader({"signature.txt": "-- \nThe {{ desk }} desk\n"})
TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def tidy(text):
    return TAG.sub("", text).strip()


class ReplyHandler(tornado.web.RequestHandler):
    def initialize(self, outbox):
        self.outbox = outbox

    def post(self, ticket):
        answer = tidy(self.get_body_argument("answer"))
        desk = tidy(self.get_body_argument("desk", "support"))
        page = Template(
            "Ticket {{ ticket }}\n\n" + answer + "\n{% include 'signature.txt' %}",
            loader=PARTIALS,
            autoescape=None,
        )
        self.outbox.append(page.generate(ticket=int(ticket), desk=desk, answer=answer))
        self.set_status(202)
        self.finish({"waiting": len(self.outbox)})


class StatusHandler(tornado.web.RequestHandler):
    def initialize(self, outbox):
        self.outbox = outbox

    def get(self):
        self.finish({"waiting": len(self.outbox)})


async def main():
    outbox = []
    app = tornado.web.Application(
        [
            (r"/tickets/(\d+)/reply", ReplyHandler, {"outbox": outbox}),
            (r"/status", StatusHandler, {"outbox": outbox}),
        ]
    )
    app.listen(8888, address="127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
