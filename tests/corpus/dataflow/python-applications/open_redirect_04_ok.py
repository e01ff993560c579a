from urllib.parse import urlencode

import tornado.web


class BaseHandler(tornado.web.RequestHandler):
    sign_in = "https://login.library.example/start"

    def keep(self, *names):
        return {name: self.get_query_argument(name) for name in names if name in self.request.arguments}

    def forward(self, base, **params):
        query = urlencode(params)
        self.redirect(f"{base}?{query}" if query else base)


class StartHandler(BaseHandler):
    def get(self):
        kept = self.keep("continue", "hint")
        target = kept.pop("continue", self.sign_in)
        self.forward(self.sign_in, app="reader", target=target, **kept)


class HealthHandler(BaseHandler):
    def get(self):
        self.write({"ok": True})


def make_app():
    return tornado.web.Application([
        (r"/start", StartHandler),
        (r"/health", HealthHandler),
    ])


if __name__ == "__main__":
    import asyncio

    async def main():
        make_app().listen(8889)
        await asyncio.Event().wait()

    asyncio.run(main())
