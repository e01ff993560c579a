import json
import shlex

import tornado.ioloop
import tornado.web

from opsdesk.runner import CommandFailed, count_lines, run_line


class LogSearch:
    base = ("grep", "-h", "-i")

    def __init__(self, pattern, days=1):
        self.pattern = pattern
        self.days = days

    def argv(self):
        files = [f"/var/log/shop/day-{n}.log" for n in range(self.days)]
        return [*self.base, "-e", self.pattern, "--", *files]

    def line(self):
        return " ".join(self.argv())

    def hits(self):
        try:
            return count_lines(run_line(self.line()))
        except CommandFailed as failure:
            if failure.code == 1:
                return 0
            raise


class SearchHandler(tornado.web.RequestHandler):
    def post(self):
        body = json.loads(self.request.body)
        search = LogSearch(str(body["pattern"]), days=min(int(body.get("days", 1)), 14))
        self.set_header("Content-Type", "application/json")
        self.write({"hits": search.hits()})


def make_app():
    return tornado.web.Application([(r"/logs/search", SearchHandler)])


if __name__ == "__main__":
    make_app().listen(8888)
    tornado.ioloop.IOLoop.current().start()
