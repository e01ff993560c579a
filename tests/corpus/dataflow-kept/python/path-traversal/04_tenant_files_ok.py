"""Static documents, one folder for each customer."""
import os

from bottle import Bottle, HTTPError, request, static_file

BASE = "/srv/documents"
FOLDERS = {
    "acme": "acme",
    "globex": "globex-2021",
    "initech": "initech",
}

app = Bottle()


def folder_of(customer):
    if not customer:
        raise HTTPError(400, "customer header missing")
    folder = FOLDERS.get(customer)
    if folder is None:
        raise HTTPError(404, "no such customer")
    return os.path.join(BASE, folder)


@app.get("/documents/<name:path>")
def document(name):
    root = folder_of(request.get_header("X-Customer"))
    return static_file(name, root=root, download="inline" not in request.query)


@app.get("/documents")
def listing():
    return {"customers": sorted(FOLDERS)}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8099)
