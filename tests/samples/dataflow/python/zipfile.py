import zipfile
import flask


def opened():
    return len(zipfile.ZipFile("/srv/" + flask.request.args["file"]).namelist())  # expect: path-traversal


def extracted():
    with zipfile.ZipFile("/srv/data.zip") as archive:
        archive.extractall("/srv/" + flask.request.args["folder"])  # expect: path-traversal


def extracted_one():
    with zipfile.ZipFile("/srv/data.zip") as archive:
        archive.extract("readme", "/srv/" + flask.request.args["folder"])  # expect: path-traversal


def packed():
    with zipfile.ZipFile("/srv/data.zip", "w") as archive:
        archive.write("/srv/" + flask.request.args["file"])  # expect: path-traversal


def named(data):
    with zipfile.ZipFile(data) as archive:
        for name in archive.namelist():
            with open("/srv/" + name, "wb") as file:  # expect: path-traversal
                file.write(archive.read(name))
