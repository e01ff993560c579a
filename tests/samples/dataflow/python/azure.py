import os

import azure.functions as func
from azure.cosmos import ContainerProxy
from azure.servicebus import ServiceBusClient
from azure.storage.blob import BlobClient

app = func.FunctionApp()


def request(req: func.HttpRequest):
    os.system("ls " + req.params["folder"])  # expect: command-injection


def header(req: func.HttpRequest):
    os.system("ls " + req.headers["x-folder"])  # expect: command-injection


def message(msg: func.ServiceBusMessage):
    os.system(msg.get_body())  # expect: command-injection


def received():
    with ServiceBusClient("x").get_queue_receiver("folders") as receiver:
        for part in receiver:
            os.system(str(part))  # expect: command-injection


def stored():
    os.system(BlobClient("x", "y", "z").download_blob().readall())  # expect: command-injection


def page(req: func.HttpRequest):
    func.HttpResponse(req.params["name"])
    return func.HttpResponse("Hello " + req.params["name"], mimetype="text/html")  # expect: cross-site-scripting


def redirected(req: func.HttpRequest):
    return func.HttpResponse(status_code=302, headers={"Location": req.params["next"]})  # expect: open-redirect


def queried(req: func.HttpRequest, items: ContainerProxy):
    items.query_items("SELECT * FROM c WHERE c.name = '" + req.params["name"] + "'")  # expect: sql-injection


@app.route("folders")
def routed(incoming):
    os.system("ls " + incoming.params["folder"])  # expect: command-injection
