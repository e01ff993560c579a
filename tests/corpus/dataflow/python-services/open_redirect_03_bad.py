import logging
from collections import Counter

import falcon

from partners.links import UnknownPartner, target_of

log = logging.getLogger(__name__)


class ClickCounter:
    def __init__(self):
        self._clicks = Counter()

    def record(self, target):
        self._clicks[target] += 1

    def total(self):
        return sum(self._clicks.values())


class OutboundResource:
    """Counts the clicks on links that lead to partners."""

    def __init__(self, counter):
        self.counter = counter

    def on_get(self, req, resp):
        code = req.get_param("to", required=True)
        try:
            target = target_of(code)
        except UnknownPartner:
            log.info("click on an unknown partner")
            raise falcon.HTTPNotFound()
        self.counter.record(target)
        raise falcon.HTTPFound(target)


class StatisticsResource:
    def __init__(self, counter):
        self.counter = counter

    def on_get(self, req, resp):
        resp.media = {"clicks": self.counter.total()}


def create_app():
    counter = ClickCounter()
    app = falcon.App()
    app.add_route("/out", OutboundResource(counter))
    app.add_route("/out/statistics", StatisticsResource(counter))
    return app
