"""What real applications do that looks like a flaw and is none, beside the same with the flaw."""

from __future__ import annotations

from tests.fakes.dataflow import marked


def test_beginnings_of_lists_of_arguments() -> None:
    marked("""
        import subprocess
        from flask import request

        def later(tls):
            arguments = request.args.getlist("a")
            subprocess.run(["git", "log"] + arguments)
            subprocess.run(["git", "log", *arguments])
            command = ["git", "log"]
            for argument in arguments:
                command.append(argument)
            subprocess.run(command)
            tunnel = ["frpc", "--server", request.args["server"]]
            if tls:
                tunnel.extend(["--tls", tls])
            subprocess.Popen(tunnel)

        def first(tls):
            command = [request.args["program"], "--server"]
            if tls:
                command.extend(["--tls", tls])
            subprocess.run(command)  # expect: command-injection
            shifted = ["git", "log"]
            if tls:
                shifted.append("--all")
            shifted.insert(0, request.args["program"])
            subprocess.run(shifted)  # expect: command-injection
            taken = ["nice"]
            taken.extend(request.args.getlist("a"))
            taken.pop(0)
            subprocess.run(taken)  # expect: command-injection
            either = ["git", request.args["a"]] if tls else [request.args["a"]]
            subprocess.run(either)  # expect: command-injection
    """)


def test_new_types_are_the_old_ones() -> None:
    marked("""
        import re
        from typing import NewType
        from flask import request
        Name = NewType("Name", str)
        PATTERN = re.compile(r"[a-z0-9]+")

        def view():
            name = request.args["name"]
            if PATTERN.fullmatch(name):
                open("/srv/" + Name(f"{name}/state.json"))
            return open("/srv/" + Name(name))  # expect: path-traversal
    """)


def test_normal_forms_that_do_not_begin_with_dots() -> None:
    marked("""
        import os
        import posixpath
        from flask import request, send_file

        def checked_first(folder):
            name = posixpath.normpath(request.args["file"])
            if os.path.isabs(name) or name == ".." or name.startswith("../"):
                raise ValueError
            return send_file(os.path.join(folder, name))

        def joined_first(folder):
            name = os.path.normpath(request.args["file"])
            path = os.path.join(folder, name)
            if name.startswith(("/", "..")):
                raise ValueError
            return send_file(path)

        def absolute(folder):
            name = posixpath.normpath(request.args["file"])
            if name == ".." or name.startswith("../"):
                raise ValueError
            return send_file(os.path.join(folder, name))  # expect: path-traversal

        def normal_with_its_folder():
            path = posixpath.normpath("/srv/" + request.args["file"])
            if path.startswith(".."):
                raise ValueError
            return send_file(path)  # expect: path-traversal
    """)


def test_checks_of_what_was_decoded_and_of_folders_in_it() -> None:
    marked("""
        import os
        import posixpath
        from urllib.parse import unquote
        from flask import request

        def check(path):
            path = unquote(path)
            if ".." in path.split("/") or path.startswith("/"):
                raise ValueError
            return path

        def decoded_copy():
            path = request.args["p"]
            check(path)
            return open(os.path.join("/srv", path))

        def folder():
            return open(os.path.join("/srv", posixpath.dirname(check(request.args["p"]))))

        def decoded_again():
            path = request.args["p"]
            check(path)
            return open(os.path.join("/srv", unquote(unquote(path))))  # expect: path-traversal

        def folder_of_anything():
            return open(os.path.join("/srv", os.path.dirname(request.args["p"])))  # expect: path-traversal
    """)


def test_verdicts_that_come_with_a_reason() -> None:
    marked("""
        from pathlib import Path
        from flask import request

        def allowed(path, folder):
            if path.is_relative_to(folder):
                return True, "it lies in the folder"
            return False, "it lies elsewhere"

        def view():
            path = Path("/srv", request.args["p"]).resolve()
            ok, reason = allowed(path, Path("/srv"))
            if not ok:
                raise ValueError(reason)
            return path.read_text()

        def chosen():
            path = Path("/srv", request.args["p"]).resolve()
            ok, reason = (True, "") if path.is_relative_to("/srv") else (False, "elsewhere")
            return path.read_text() if ok else reason

        def other_way_round():
            path = Path("/srv", request.args["p"]).resolve()
            ok, reason = allowed(path, Path("/srv"))
            return path.read_text() if not ok else reason  # expect: path-traversal
    """)


def test_folders_in_normal_case_and_the_root_of_all() -> None:
    marked("""
        from os.path import abspath, dirname, join, normcase, sep
        from flask import request

        def joined(base, name):
            path, base = abspath(join(base, name)), abspath(base)
            if (
                not normcase(path).startswith(normcase(base + sep))
                and normcase(path) != normcase(base)
                and dirname(normcase(base)) != normcase(base)
            ):
                raise ValueError
            return path

        def half(base, name):
            path, base = abspath(join(base, name)), abspath(base)
            if not normcase(path).startswith(normcase(base + sep)) and dirname(path) != path:
                raise ValueError
            return path

        def view(root):
            return open(joined(root, request.args["name"]))

        def view_half(root):
            return open(half(root, request.args["name"]))  # expect: path-traversal
    """)


def test_members_of_what_was_shuffled_or_chosen() -> None:
    marked("""
        import json
        import random

        def schedules(store):
            experiments = list(store.search())
            random.shuffle(experiments)
            for experiment in experiments:
                secret_id = json.loads(experiment.tags.get("schedule"))["secretId"]
                print(secret_id)
            session_id = random.choice(store.traces).info.session
            token = store.queues[random.sample(store.names, 1)[0]]["token"]
            return session_id, token

        def invented():
            letters = list("abcdef")
            random.shuffle(letters)
            password = "".join(letters)  # expect: weak-randomness
            token = "".join(random.choice("abc") for _ in range(8))  # expect: weak-randomness
            return password, token
    """)


def test_data_of_replies_that_are_no_pages() -> None:
    marked("""
        import json
        from flask import Flask, Response, request
        app = Flask(__name__)

        @app.route("/json")
        def in_json():
            response = Response(mimetype="application/json")
            response.set_data(json.dumps({"a": request.args["a"]}))
            return response

        @app.route("/page")
        def page():
            response = Response(mimetype="text/html")
            response.set_data(request.args["a"])  # expect: cross-site-scripting
            return response
    """)


def test_own_addresses_before_what_was_escaped_and_own_bases_before_queries() -> None:
    marked("""
        from urllib.parse import quote, urlencode
        from flask import redirect, request
        import settings

        def own():
            inner = "https://example.org/back?" + urlencode({"a": request.args["a"]})
            if request.args.get("short"):
                return redirect("/go?t=" + quote(inner))
            return redirect("/go?" + urlencode({"t": inner}))

        def more():
            mark = "&" if "?" in settings.BASE else "?"
            if request.args.get("short"):
                return redirect(settings.BASE + mark + request.args["a"])
            return redirect(mark.join([settings.BASE, request.args["a"]]))

        def foreign():
            inner = "https://example.org/back?" + quote(request.args["a"])
            return redirect(quote(inner))  # expect: open-redirect

        def host():
            mark = "@" if settings.NAMED else "."
            return redirect(settings.BASE + mark + request.args["a"])  # expect: open-redirect
    """)
