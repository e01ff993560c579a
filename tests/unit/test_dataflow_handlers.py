"""Handlers that frameworks call, wherever they are written and whatever is wrapped around them."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked


def test_handlers_inside_a_method_keep_their_first_parameter() -> None:
    marked("""
        from fastapi import FastAPI
        from fastapi.responses import FileResponse
        from flask import Flask, send_file

        class Server:
            def make(self):
                app = FastAPI()

                @app.get("/files/{path:path}")
                def files(path: str):
                    return FileResponse(path)  # expect: path-traversal

                @app.get("/pages/{number}")
                def pages(number: int):
                    return FileResponse("/srv/" + str(number))

                return app

            @staticmethod
            def other():
                app = Flask("x")

                @app.route("/<path:path>")
                def one(path):
                    return send_file(path)  # expect: path-traversal

                return app
    """)


def test_each_handler_below_one_decorator() -> None:
    marked("""
        from functools import wraps
        from flask import Flask, send_file
        app = Flask(__name__)

        def logged(function):
            @wraps(function)
            def wrapper(*args, **kwargs):
                return function(*args, **kwargs)
            return wrapper

        @logged
        def one(path):
            return send_file("/srv/" + path)  # expect: path-traversal

        @logged
        def two(path):
            return send_file("/srv/" + path)  # expect: path-traversal

        @logged
        def three(path):
            return send_file("/srv/three")

        @logged
        def unused(path):
            return send_file("/srv/" + path)

        app.add_url_rule("/1/<path:path>", "one", one)
        app.add_url_rule("/2/<path:path>", "two", two)
        app.add_url_rule("/3/<path:path>", "three", three)
    """)


@pytest.mark.parametrize("wrapped", ["around(two)", "outer(around(two))", "outer(lambda q: two(q))"])
def test_each_handler_that_a_call_wraps(wrapped: str) -> None:
    marked(f"""
        from aiohttp import web

        def around(function):
            async def wrapper(req):
                return await function(req)
            return wrapper

        def outer(function):
            return lambda r: function(r)

        async def one(q):
            return web.FileResponse(q.query["a"])  # expect: path-traversal

        async def two(q):
            return web.FileResponse(q.query["a"])  # expect: path-traversal

        app = web.Application()
        app.router.add_get("/1", around(one))
        app.router.add_get("/o", outer(around(one)))
        app.router.add_get("/2", {wrapped})
    """)


def test_each_handler_that_a_script_wraps() -> None:
    marked(
        """
        const express = require("express");
        const fs = require("fs");
        const app = express();
        const wrap = fn => (req, res, next) => Promise.resolve(fn(req, res, next)).catch(next);
        async function one(q, r) { r.end(fs.readFileSync("/srv/" + q.query.a)); }  // expect: path-traversal
        async function two(q, r) { r.end(fs.readFileSync("/srv/" + q.query.a)); }  // expect: path-traversal
        app.get("/1", wrap(one));
        app.get("/2", wrap(two));
        app.get("/3", wrap(async (q, r) => {
            r.end(fs.readFileSync("/srv/" + q.query.b));  // expect: path-traversal
        }));
        """,
        "app.js",
    )


MADE = {
    "a view that pyramid makes with the request": """
import os
from pyramid.view import view_config

class Views:
    def __init__(self, request):
        self.request = request

    @property
    def folder(self):
        return self.request.params["folder"]

    @view_config(route_name="listed")
    def listed(self):
        os.system("ls " + self.folder)  # expect: command-injection

    @view_config(route_name="counted")
    def counted(self):
        os.system("ls " + str(int(self.folder)))

class Parts:
    def __init__(self, context, request):
        self.folder = request.params["folder"]

    @view_config(route_name="part")
    def part(self):
        os.system("ls " + self.folder)  # expect: command-injection
""",
    "a handler that tornado makes with a table": """
import tornado.web
from jinja2 import Environment
from lxml import etree

class Strict:
    options = {"resolve_entities": False}
    def read(self, text):
        return etree.XML(text, parser=etree.XMLParser(**self.options))

class Loose(Strict):
    options = {"resolve_entities": True}
    def read(self, text):
        return etree.XML(text, parser=etree.XMLParser(**self.options))  # expect: xml-external-entities

class Base(tornado.web.RequestHandler):
    def initialize(self, reader, environment):
        self.reader = reader
        self.environment = environment

class First(Base):
    def post(self):
        self.environment.from_string(self.get_argument("text"))  # expect: template-injection
        self.reader.read(self.request.body)

class Second(Base):
    def post(self):
        self.environment.get_template("page").render(text=self.get_argument("text"))
        self.reader.read(self.request.body)

def make_app():
    environment = Environment(autoescape=True)
    return tornado.web.Application([
        (r"/first", First, {"environment": environment, "reader": Loose()}),
        tornado.web.url(r"/second", Second, {"environment": environment, "reader": Strict()}),
    ])
""",
}


@pytest.mark.parametrize("code", MADE.values(), ids=MADE)
def test_objects_have_what_the_framework_makes_them_with(code: str) -> None:
    marked(code)
