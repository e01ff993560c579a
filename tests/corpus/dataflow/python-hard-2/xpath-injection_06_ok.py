import asyncio
import re
from pathlib import Path

import tornado.web
from parsel import Selector

SLUG = re.compile(r"[a-z0-9-]+")
GLOSSARY = Selector(Path("glossary.xml").read_text(encoding="utf-8"), type="xml")


class TermHandler(tornado.web.RequestHandler):
    def prepare(self):
        self.slug = self.get_query_argument("term", "").lower()
        if not SLUG.fullmatch(self.slug):
            raise tornado.web.HTTPError(400, reason="bad term")

    def get(self):
        nodes = GLOSSARY.xpath("//entry[@status='published' and @id='" + self.slug + "']")
        self.finish({"definitions": nodes.xpath("./definition/text()").getall()})


class CountHandler(tornado.web.RequestHandler):
    def get(self):
        nodes = GLOSSARY.xpath("//entry[@status=$status]", status="published")
        self.finish({"entries": len(nodes)})


async def main():
    app = tornado.web.Application([(r"/term", TermHandler), (r"/count", CountHandler)])
    app.listen(8890, address="127.0.0.1")
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
