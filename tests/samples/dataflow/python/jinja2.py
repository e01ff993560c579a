import flask
from jinja2 import Environment, FileSystemLoader, Template, select_autoescape


def plain():
    template = Environment(loader=FileSystemLoader("pages")).get_template("hello.html")
    return flask.Response(template.render(name=flask.request.args["name"]))  # expect: cross-site-scripting


def escaped():
    template = Environment(autoescape=True).get_template("hello.html")
    return flask.Response(template.render(name=flask.request.args["name"]))


def escaped_by_name():
    pages = Environment(autoescape=select_autoescape())
    flask.Response(pages.get_template("hello.html").render(name=flask.request.args["name"]))
    return flask.Response(pages.get_template("hello.txt").render(name=flask.request.args["name"]))  # expect: cross-site-scripting


def escaped_text():
    pages = Environment(autoescape=select_autoescape())
    return flask.Response(pages.from_string("<p>{{ name }}").render(name=flask.request.args["name"]))


def template():
    return Template("<p>" + flask.request.args["name"]) is None  # expect: template-injection


def dictionary():
    return jinja2.Environment(loader=jinja2.DictLoader({"footer": flask.request.args["footer"]}))  # expect: template-injection


def function():
    footer = flask.request.args["footer"]
    return jinja2.Environment(loader=jinja2.FunctionLoader(lambda name: footer))  # expect: template-injection
