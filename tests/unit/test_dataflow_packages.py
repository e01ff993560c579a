"""What the code of real packages showed: causes of false and missing findings, each as a small program."""

from __future__ import annotations

from fusion.dataflow.repository.project import Bounds, Project
from fusion.dataflow.solver.analysis import analyse
from tests.fakes.dataflow import marked


def test_keys_called_like_methods() -> None:
    marked("""
        import os
        from flask import Flask, request
        app = Flask(__name__)
        @app.route("/")
        def view():
            settings = {"update": True, "get": 1}
            settings.update({"name": request.args["name"]})
            os.system(settings["name"])  # expect: command-injection
            kind = {"type": "object", "items": {"type": "string"}, "values": 3}
            for value in kind.values():
                os.system(value.items())
    """)


def test_more_targets_than_imports_are_followed() -> None:
    flow = b"import os\nfrom flask import request\ndef view():\n    os.system(request.args['name'])\n"
    files = {f"m{number}.py": b"import os\n" for number in range(700)} | {"web.py": flow}
    project = Project(files.get, list(files), limits=Bounds(seconds=600))
    found = analyse(project, list(files))
    assert [(one.sink.path, one.sink.span.line, one.kind.value) for one in found.flows] == [("web.py", 4, "command-injection")]


def test_hosts_checked_against_patterns() -> None:
    marked("""
        from fnmatch import fnmatch
        from urllib.parse import urlparse
        from flask import Flask, current_app, redirect, request
        app = Flask(__name__)

        def known(url):
            parsed = urlparse(url)
            hosts = current_app.config.get("HOSTS", [])
            allowed = not parsed.netloc or any(fnmatch(parsed.netloc, pattern) for pattern in hosts)
            return allowed and (not parsed.scheme or parsed.scheme in ["http", "https"])

        @app.route("/in")
        def enter():
            url = request.args.get("next", "")
            if url and known(url):
                return redirect(url)
            return redirect(url + "#failed")  # expect: open-redirect
    """)


def test_addresses_joined_of_pieces_that_may_be_empty() -> None:
    marked("""
        from flask import Flask, current_app, redirect, request
        app = Flask(__name__)

        def joined(*pieces):
            start = "/" if pieces[0].startswith("/") else ""
            return start + "/".join(piece for piece in [piece.strip("/") for piece in pieces] if piece)

        def together(*pieces):
            found = [piece for piece in pieces if piece]
            found.insert(0, request.args["host"])
            return "/".join(found)

        @app.route("/old")
        def old():
            return redirect(joined(current_app.config["BASE"], "tree", request.args["path"]))

        @app.route("/any")
        def any_():
            return redirect(together(current_app.config["BASE"], "tree"))  # expect: open-redirect
    """)


def test_replies_whose_kind_the_class_sets() -> None:
    marked("""
        import json
        from tornado import web

        class Page(web.RequestHandler):
            def get(self):
                self.write(json.dumps({"name": self.get_argument("name")}))  # expect: cross-site-scripting

        class Data(web.RequestHandler):
            def set_default_headers(self):
                self.set_header("Content-Type", "application/json")
            def get(self):
                self.write(json.dumps({"name": self.get_argument("name")}))

        class Ends(web.RequestHandler):
            def finish(self, *args, **kwargs):
                self.set_header("Content-Type", kwargs.pop("kind", "application/json"))
                return super().finish(*args, **kwargs)
            def get(self):
                self.finish(json.dumps({"name": self.get_argument("name")}))
    """)


def test_uploads_are_no_paths() -> None:
    marked("""
        import zipfile
        from flask import Flask, request
        from werkzeug.datastructures import FileStorage
        app = Flask(__name__)

        def read(file: FileStorage):
            with zipfile.ZipFile(file) as archive:
                archive.testzip()
            open(file.filename)  # expect: path-traversal

        @app.route("/up")
        def up():
            form = request.form.to_dict()
            read(form["file"])
    """)


def test_cookies_whose_protection_is_a_setting() -> None:
    marked("""
        from http.cookies import SimpleCookie

        def answer(headers, name, encrypted):
            cookies = SimpleCookie()
            cookies["session"] = name
            cookies["session"]["secure"] = encrypted
            headers["Set-Cookie"] = cookies.output(header="")

        def open_(headers, name):
            cookies = SimpleCookie()
            cookies["session"] = name  # expect: insecure-cookie
            headers["Set-Cookie"] = cookies.output(header="")
    """)


def test_what_a_program_hands_on_by_itself_is_not_lost_behind_what_a_test_hands_in() -> None:
    way = b"import os\ndef run(name):\n    os.system(name)\n"
    view = b"from flask import request\nfrom way import run\ndef first(a):\n    second(a)\ndef second(b):\n    run(b)\n"
    view += b"def view():\n    first(request.args['n'])\n"
    test = b"from flask import request\nfrom way import run\ndef test_run():\n    run(request.args['n'])\n"
    files = {"way.py": way, "tests/test_way.py": test, "web.py": view}
    found = analyse(Project(files.get, list(files)), list(files))
    assert [flow.trace[0].path for flow in found.flows if flow.sink.path == "way.py"] == ["web.py"]
