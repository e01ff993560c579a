import tarfile
import flask


def opened():
    return len(tarfile.open("/srv/" + flask.request.args["file"]).getnames())  # expect: path-traversal


def extracted():
    with tarfile.open(fileobj=flask.request.stream) as archive:
        archive.extractall("/srv/out")  # expect: path-traversal
        archive.extractall("/srv/out", filter="data")


def extracted_unchecked(checked):
    with tarfile.open(fileobj=flask.request.stream) as archive:
        archive.extractall("/srv/out", filter="fully_trusted")  # expect: path-traversal
        archive.extractall("/srv/out", filter=checked)


def folder():
    with tarfile.open("/srv/data.tar") as archive:
        archive.extractall("/srv/" + flask.request.args["folder"])  # expect: path-traversal


def packed():
    with tarfile.open("/srv/data.tar", "w") as archive:
        archive.add("/srv/" + flask.request.args["file"])  # expect: path-traversal
