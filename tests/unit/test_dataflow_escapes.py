"""Escapes of one's own making, literals, markup that escapes, objects that a framework passes in."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_replaced_quotes_and_literals_in_python() -> None:
    marked(
        """
        from flask import request, Response, make_response
        import sqlite3, json
        db = sqlite3.connect("x")
        from lxml import etree
        tree = etree.parse("x")
        def a():
            n = request.args["n"].replace("'", "''")
            db.execute("select * from t where a = '" + n + "'")
            db.execute("select * from t where a = " + n) # expect: sql-injection
            db.execute("select * from t where a = \\"" + n + "\\"") # expect: sql-injection
        def b():
            n = request.args["n"].replace("'", "\\\\'")
            db.execute("select * from t where a = '" + n + "'") # expect: sql-injection
        def lit(value):
            if "'" not in value:
                return "'" + value + "'"
            return "concat('" + value.replace("'", "', \\"'\\", '") + "')"
        def c():
            tree.xpath("//a[@b=" + lit(request.args["b"]) + "]")
        def c2():
            tree.xpath("//a[@b='" + request.args["b"].replace("'", "\\\\'") + "']") # expect: xpath-injection
        def d():
            x = json.dumps(request.args["b"]).replace("<", "\\\\u003c")
            return Response("<script>var a = " + x + ";</script>")
        def d2():
            x = json.dumps(request.args["b"])
            return Response("<script>var a = " + x + ";</script>") # expect: cross-site-scripting
        def d3():
            x = json.dumps({"a": request.args["b"]})
            x = x.replace("<", "\\\\u003c").replace(">", "\\\\u003e").replace("&", "\\\\u0026")
            return Response("<script>var a = " + x + ";</script>")
        """,
        "main.py",
    )


def test_replaced_quotes_and_literals_in_javascript() -> None:
    marked(
        """
        const express = require('express');
        const app = express();
        const sqlite3 = require('sqlite3');
        const db = new sqlite3.Database('x');
        app.get('/a', (req, res) => {
          const n = req.query.n.replace(/'/g, "''");
          db.all(`select * from t where a = '${n}'`);
          const m = req.query.n.replace("'", "''");
          db.all(`select * from t where a = '${m}'`); // expect: sql-injection
          const k = req.query.n.replaceAll("'", "''");
          db.all(`select * from t where a = '${k}'`);
        });
        app.get('/b', (req, res) => {
          const s = JSON.stringify(req.query).replace(/</g, '\\\\u003c');
          res.send(`<script>window.x = ${s}</script>`);
        });
        app.get('/c', (req, res) => {
          res.send(`<script>window.x = ${JSON.stringify(req.query)}</script>`); // expect: cross-site-scripting
        });
        app.get('/d', (req, res) => {
          const s = JSON.stringify(req.query).replace(/</g, '\\\\u003c').replace(/[\\u2028\\u2029]/g, ' ');
          res.send(`<script>window.x = ${s}</script>`);
        });
        """,
        "main.js",
    )


def test_data_classes_finish_themselves() -> None:
    marked(
        """
        from dataclasses import dataclass
        from flask import request
        import html
        from flask import Response
        @dataclass
        class A:
            x: str
            def __post_init__(self):
                self.x = html.escape(self.x)
        def f():
            return Response("<p>" + A(request.args["a"]).x)
        """,
        "main.py",
    )


def test_an_object_of_the_only_class_with_the_method() -> None:
    marked(
        """
        import sqlite3, tornado.web
        class D:
            def reads(self, name):
                return sqlite3.connect("x").execute("select " + name) # expect: sql-injection
        class C1(tornado.web.RequestHandler):
            def initialize(self, directory):
                self.directory = directory
            def get(self, name):
                entries = self.directory.reads(name)
        """,
        "main.py",
    )


def test_what_dependencies_supply() -> None:
    marked(
        """
        from typing import Annotated
        import sqlite3
        from fastapi import FastAPI, Depends, Query
        app = FastAPI()
        def get_db():
            db = sqlite3.connect("a.db")
            try:
                yield db
            finally:
                db.close()
        def user(token: str = Query()):
            if token != "x":
                raise ValueError
            return "bob"
        def paging(order: str = "id"):
            return {"order": order}
        @app.get("/a")
        def a(q: str, db=Depends(get_db)):
            return db.execute("select '" + q + "'").fetchall() # expect: sql-injection
        @app.get("/b")
        def b(who: Annotated[str, Depends(user)], db: Annotated[sqlite3.Connection, Depends(get_db)]):
            return db.execute("select '" + who + "'").fetchall()
        @app.get("/c")
        def c(paging: dict = Depends(paging), db=Depends(get_db)):
            return db.execute("select 1 order by " + paging["order"]).fetchall() # expect: sql-injection
        @app.get("/d")
        def d(q: Annotated[str, Query(max_length=3)], n: Annotated[int, Query()], db=Depends(get_db)):
            db.execute(f"select {n}")
            return db.execute(f"select {q}").fetchall() # expect: sql-injection
        """,
        "main.py",
    )


def test_what_routes_say_of_parameters() -> None:
    marked(
        """
        from flask import Flask
        import sqlite3
        app = Flask(__name__)
        @app.route("/a/<int:n>/<name>")
        def f(n, name):
            sqlite3.connect("x").execute("select %s" % n)
            sqlite3.connect("x").execute("select %s" % name) # expect: sql-injection
        @app.route("/a/<uuid:n>")
        def g(n):
            sqlite3.connect("x").execute("select '%s'" % n)
        @app.get("/p/<path:n>")
        def h(n):
            sqlite3.connect("x").execute("select '%s'" % n) # expect: sql-injection
        """,
        "main.py",
    )
