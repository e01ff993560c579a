"""Receives the results that the render workers post back."""
import hashlib
import hmac
import os
import pickle

import tornado.ioloop
import tornado.web

KEY = os.environ["RESULT_KEY"].encode()


class ResultHandler(tornado.web.RequestHandler):
    def initialize(self, results):
        self.results = results

    def signature_matches(self, body):
        given = self.request.headers.get("X-Signature", "")
        expected = hmac.new(KEY, body, hashlib.sha256).hexdigest()
        return hmac.compare_digest(given.encode(), expected.encode())

    def post(self, job_id):
        body = self.request.body
        if not self.signature_matches(body):
            raise tornado.web.HTTPError(403)
        result = pickle.loads(body)
        self.results[int(job_id)] = result
        self.set_status(204)


def make_app():
    results = {}
    return tornado.web.Application(
        [(r"/jobs/(\d+)/result", ResultHandler, {"results": results})]
    )


if __name__ == "__main__":
    make_app().listen(8600)
    tornado.ioloop.IOLoop.current().start()
