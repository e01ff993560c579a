"""SQL as Python's applications build it."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_statements_of_sqlalchemy_and_drivers() -> None:
    marked(
        """
        from flask import Flask, request, g
        import sqlite3, psycopg2, pymysql
        import sqlalchemy
        from sqlalchemy import text, create_engine
        from sqlalchemy.orm import Session
        from flask_sqlalchemy import SQLAlchemy
        app = Flask(__name__)
        db = SQLAlchemy(app)
        engine = create_engine("sqlite://")
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(db.String)
        def a():
            db.session.execute(text("select * from u where n = '%s'" % request.args["n"])) # expect: sql-injection
        def b():
            db.session.execute(text("select * from u where n = :n"), {"n": request.args["n"]})
        def c():
            return User.query.filter_by(name=request.args["n"]).all()
        def d():
            return User.query.filter(text("name = '" + request.args["n"] + "'")).all() # expect: sql-injection
        def e():
            return User.query.order_by(text(request.args["n"])).all() # expect: sql-injection
        def f():
            with engine.connect() as c:
                return c.execute(text(f"select {request.args['n']}")) # expect: sql-injection
        def f2():
            with engine.begin() as c:
                return c.execute(f"select {request.args['n']}") # expect: sql-injection
        def h():
            with Session(engine) as s:
                s.execute(text("select 1 limit " + str(int(request.args["n"]))))
        def i():
            db.engine.execute("select '" + request.args["n"] + "'") # expect: sql-injection
        def j():
            s = Session(engine)
            s.query(User).filter("name = '%s'" % request.args["n"]) # expect: sql-injection
        def k():
            conn = sqlite3.connect("a")
            cur = conn.cursor()
            cur.execute("select * from t where a = ?", (request.args["n"],))
            cur.execute("select * from t where a = {}".format(request.args["n"])) # expect: sql-injection
            cur.executescript("select " + request.args["n"]) # expect: sql-injection
        def l():
            ids = request.args.getlist("id")
            marks = ",".join("?" * len(ids))
            conn = sqlite3.connect("a")
            conn.execute("select * from t where id in (" + marks + ")", ids)
        def m():
            ids = request.args.getlist("id")
            marks = ",".join(["%s"] * len(ids))
            conn = psycopg2.connect("a")
            conn.cursor().execute("select * from t where id in (%s)" % marks, ids)
        def n():
            ids = [int(x) for x in request.args.getlist("id")]
            conn = psycopg2.connect("a")
            conn.cursor().execute("select * from t where id in (%s)" % ",".join(map(str, ids)))
        def o():
            ids = request.args.getlist("id")
            conn = psycopg2.connect("a")
            conn.cursor().execute("select * from t where id in (%s)" % ",".join(ids)) # expect: sql-injection
        def p():
            where, args = [], []
            for f in ("name", "mail"):
                if f in request.args:
                    where.append(f + " = %s")
                    args.append(request.args[f])
            sql = "select * from u"
            if where:
                sql += " where " + " and ".join(where)
            psycopg2.connect("a").cursor().execute(sql, args)
        def q():
            where, args = [], []
            for f in request.args:
                where.append(f + " = %s")
                args.append(request.args[f])
            sql = "select * from u"
            if where:
                sql += " where " + " and ".join(where)
            psycopg2.connect("a").cursor().execute(sql, args) # expect: sql-injection
        def r():
            sort = {"n": "name", "m": "mail"}.get(request.args["s"], "id")
            d = "desc" if request.args.get("d") == "desc" else "asc"
            psycopg2.connect("a").cursor().execute(f"select * from u order by {sort} {d}")
        def s():
            cols = [c for c in request.args["s"].split(",") if c in ("a", "b")]
            psycopg2.connect("a").cursor().execute("select " + ", ".join(cols) + " from u")
        def t():
            c = request.args["s"]
            if not c.isidentifier():
                raise ValueError
            psycopg2.connect("a").cursor().execute("select " + c + " from u")
        def u():
            sql = "select * from u where n = %(n)s" % {"n": request.args["n"]}
            psycopg2.connect("a").cursor().execute(sql) # expect: sql-injection
        def v():
            psycopg2.connect("a").cursor().execute("select * from u where n = %(n)s", {"n": request.args["n"]})
        def get_db():
            if "db" not in g:
                g.db = sqlite3.connect("x")
            return g.db
        def w():
            get_db().execute("select * from u where n = '" + request.args["n"] + "'").fetchone() # expect: sql-injection
        class Repo:
            def __init__(self, path):
                self.conn = sqlite3.connect(path)
            def by_name(self, name):
                q = "select * from u where n = '%s'" % name
                return self._run(q)
            def _run(self, sql, args=()):
                return self.conn.execute(sql, args).fetchall() # expect: sql-injection
            def safe(self, name):
                return self._run("select * from u where n = ?", (name,))
        repo = Repo("a")
        @app.route("/x")
        def x():
            repo.safe(request.args["n"])
            return str(len(repo.by_name(request.args["n"])))
        def y():
            name = request.get_json()["name"]
            query = \"\"\"
              select *
              from u
              where name = '\"\"\" + name + \"\"\"'
              \"\"\"
            with sqlite3.connect("x") as con:
                con.execute(query) # expect: sql-injection
        def z():
            data = request.json
            stmt = "insert into t (" + ",".join(data.keys()) + ") values (" + ",".join("?" for _ in data) + ")"
            sqlite3.connect("x").execute(stmt, list(data.values())) # expect: sql-injection
        """
    )


def test_statements_of_django() -> None:
    marked(
        """
        from django.db import connection, connections, models
        from django.db.models.expressions import RawSQL
        from app.models import User
        def a(request):
            User.objects.raw("select * from u where n = '%s'" % request.GET["n"]) # expect: sql-injection
        def b(request):
            User.objects.raw("select * from u where n = %s", [request.GET["n"]])
        def c(request):
            User.objects.extra(where=["n = '%s'" % request.GET["n"]]) # expect: sql-injection
        def d(request):
            User.objects.extra(where=["n = %s"], params=[request.GET["n"]])
        def e(request):
            User.objects.annotate(v=RawSQL("select " + request.GET["n"], [])) # expect: sql-injection
        def f(request):
            User.objects.filter(name=request.GET["n"]).order_by(request.GET["s"])
        def g(request):
            with connection.cursor() as c:
                c.execute("update t set a = %s where b = %s" % (request.POST["a"], request.POST["b"])) # expect: sql-injection
        def h(request):
            with connections["x"].cursor() as c:
                c.execute("update t set a = %s where b = %s", [request.POST["a"], request.POST["b"]])
        def i(request):
            from django.db import connection as conn
            cur = conn.cursor()
            cur.execute(f"select {request.GET.get('x')}") # expect: sql-injection
        class M(models.Manager):
            def search(self, term):
                return self.raw("select * from m where t like '%%" + term + "%%'") # expect: sql-injection
        class Thing(models.Model):
            objects = M()
        def j(request):
            return Thing.objects.search(request.GET["q"])
        def k(request, pk: int):
            connection.cursor().execute("select %d" % int(request.GET["x"]))
        """
    )


def test_statements_of_asynchronous_drivers() -> None:
    marked(
        """
        import asyncpg, aiosqlite, aiomysql
        from fastapi import FastAPI, Depends, Request
        from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
        from sqlalchemy import text, select
        app = FastAPI()
        @app.get("/a")
        async def a(q: str):
            conn = await asyncpg.connect("x")
            return await conn.fetch("select '" + q + "'") # expect: sql-injection
        @app.get("/b")
        async def b(q: str):
            conn = await asyncpg.connect("x")
            return await conn.fetch("select $1", q)
        @app.get("/c")
        async def c(q: str):
            async with aiosqlite.connect("x") as db:
                async with db.execute(f"select '{q}'") as cur: # expect: sql-injection
                    return await cur.fetchall()
        async def session():
            async with AsyncSession(create_async_engine("x")) as s:
                yield s
        @app.get("/d")
        async def d(q: str, s: AsyncSession = Depends(session)):
            r = await s.execute(text(f"select '{q}'")) # expect: sql-injection
        @app.get("/e")
        async def e(q: str, s: AsyncSession = Depends(session)):
            r = await s.execute(text("select :q").bindparams(q=q))
        @app.get("/f")
        async def f(request: Request):
            async with request.app.state.pool.acquire() as conn:
                await conn.execute("select '%s'" % request.query_params["q"]) # expect: sql-injection
        @app.get("/g")
        async def gg(request: Request):
            pool = await asyncpg.create_pool("x")
            async with pool.acquire() as conn:
                await conn.fetchrow("select '%s'" % request.query_params["q"]) # expect: sql-injection
        """
    )
