"""What checks have shown stays with the values that they were made of."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_checked_values_stay_checked_where_paths_meet() -> None:
    marked(
        """
        from flask import request
        import sqlite3
        from urllib.parse import urlsplit
        from html import escape
        from starlette.responses import HTMLResponse
        db = sqlite3.connect("x")
        OK = ("a", "b")
        def f1():
            sort = request.args["s"]
            col = "id"
            if sort in OK:
                col = sort
            db.execute("select * from t order by " + col)
        def f2():
            sort = request.args["s"]
            if sort not in OK:
                sort = "id"
            db.execute("select * from t order by " + sort)
        def f3():
            sort = request.args["s"]
            if sort not in OK:
                sort, x = "id", 2
            db.execute("select * from t order by " + sort)
        def f4():
            u = request.args["u"]
            s = urlsplit(u).scheme
            if s not in ("http", "https"):
                u = "/"
            return HTMLResponse('<a href="' + escape(u) + '">')
        def f5():
            parts = []
            for name, value in request.args.items():
                if name not in OK:
                    continue
                parts.append(name + " = ?")
            db.execute("select * from t where " + " and ".join(parts))
        def f6():
            text = ""
            for name in request.args:
                if name in OK:
                    text += name + " = ?"
            db.execute("select * from t where " + text)
        def f7():
            pairs = [(n, "?") for n in request.args if n in OK]
            db.execute("select * from t where " + ",".join(f"{a} = {b}" for a, b in pairs))
        def f8():
            d = {}
            for name, value in request.args.items():
                if name in OK:
                    d[name] = value
            db.execute("select * from t where " + ",".join(f"{a} = ?" for a in d), list(d.values()))
        def f9():
            d = {}
            for name, value in request.args.items():
                if name in OK:
                    d[name] = value
            db.execute("select * from t where " + ",".join(f"{a} = {v}" for a, v in d.items())) # expect: sql-injection
        def f10():
            class Q: pass
            q = Q()
            n = request.args["n"]
            if n in OK:
                q.n = n
                db.execute("select " + q.n)
            else:
                q.n = "x"
            db.execute("select " + q.n)
        def f11():
            d = [{"n": n} for n in request.args.getlist("n") if n.isalnum()]
            for x in d:
                db.execute("select " + x["n"])
        def f12():
            sort = request.args["s"]
            if sort not in OK:
                sort = sort + "x"
            db.execute("select * from t order by " + sort) # expect: sql-injection
        """
    )
