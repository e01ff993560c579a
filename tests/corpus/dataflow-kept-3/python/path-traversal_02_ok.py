import json

import falcon

from files.storage import Storage, digits


class InvoiceStorage(Storage):
    root = "/srv/invoices"

    def normalise(self, name):
        return digits(name) + ".json"


class InvoiceResource:
    def __init__(self, storage):
        self.storage = storage

    def on_get(self, req, resp):
        number = req.get_param("number", required=True)
        try:
            resp.media = json.loads(self.storage.read(number))
        except (OSError, ValueError):
            raise falcon.HTTPNotFound()


app = falcon.App()
app.add_route("/invoice", InvoiceResource(InvoiceStorage()))
