from urllib.parse import quote, urljoin

import falcon

from upstream.client import UpstreamClient


class StockClient(UpstreamClient):
    def locate(self, item):
        return urljoin(self.settings.base, item)


class StockResource:
    def __init__(self, client):
        self.client = client

    def on_post(self, req, resp):
        items = req.get_media().get("items", [])
        resp.media = {"stock": [self.client.quantity(str(item)) for item in items[:20]]}


app = falcon.App()
app.add_route("/stock", StockResource(StockClient()))
