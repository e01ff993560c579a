import flask
from chameleon import PageTemplate


def template():
    return PageTemplate("<p>" + flask.request.args["name"] + "</p>")  # expect: template-injection
