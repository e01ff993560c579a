import fabric
import flask
import invoke


def executed():
    fabric.Connection("example.org").run("ls " + flask.request.args["folder"])  # expect: command-injection


def copied():
    fabric.Connection("example.org").get("/srv/" + flask.request.args["file"])  # expect: path-traversal


@invoke.task
def task(link, folder):
    link.run("ls " + folder)  # local: command-injection
    link.run("ls " + flask.request.args["folder"])  # expect: command-injection
