import json
import logging
import os

from bottle import Bottle, HTTPResponse, request

from partners.signatures import same, sign_second

log = logging.getLogger(__name__)


class WebhookReceiver:
    header = "X-Partner-Signature"

    def __init__(self, key, sign):
        self._key = key
        self._sign = sign
        self._events = []

    def verify(self, content):
        found = request.headers.get(self.header, "")
        if not same(found, self._sign(self._key, content)):
            raise PermissionError("signature is wrong")

    def receive(self):
        content = request.body.read()
        try:
            self.verify(content)
            event = json.loads(content)
            self._events.append((event["type"], event["id"]))
        except PermissionError as exc:
            log.warning("event refused: %s", exc)
            return HTTPResponse(status=403)
        except (ValueError, KeyError, TypeError):
            log.info("event is not complete")
            return HTTPResponse(status=422)
        return {"accepted": len(self._events)}


def create_app():
    key = bytes.fromhex(os.environ["PARTNER_KEY"])
    receiver = WebhookReceiver(key, sign_second)
    app = Bottle()
    app.route("/partner/events", method="POST", callback=receiver.receive)
    return app


if __name__ == "__main__":
    create_app().run(host="127.0.0.1", port=8080)
