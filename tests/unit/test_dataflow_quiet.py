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
