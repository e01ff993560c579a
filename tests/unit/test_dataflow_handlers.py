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
