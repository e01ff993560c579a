"""What constructors and modules leave behind is not all there is, where other functions change it later."""

from __future__ import annotations

import pytest

from tests.fakes.dataflow import marked

_VIEW = """
import os
from flask import Flask, request
app = Flask(__name__)

{registry}

@app.route("/file")
def file():
    root = {found}
    if root is None:
        return "none"
    open(os.path.join(root, request.args["file"]))  # expect: path-traversal
    return "read"

{after}
"""
_CLASS = """
class Registry:
    def __init__(self):
        self.roots = {first}

    def register(self, name, root):
        {change}

    def find(self, name):
        return {found}

registry = Registry()
"""


@pytest.mark.parametrize(
    ("first", "change", "found"),
    [
        ("{}", "self.roots[name] = root", "self.roots.get(name)"),
        ("{}", "self.roots.setdefault(name, root)", "self.roots.get(name, None)"),
        ("[]", "self.roots.append(root)", "self.roots[0] if self.roots else None"),
        ("None", "self.roots = root", "self.roots"),
    ],
)
def test_attributes_that_other_methods_change(first: str, change: str, found: str) -> None:
    registry = _CLASS.replace("{first}", first).replace("{change}", change).replace("{found}", found)
    marked(_VIEW.format(registry=registry, found='registry.find(request.args["name"])', after=""))
    parameter = registry.replace("registry = Registry()", "def opened(registry: Registry):\n    return registry.find('x')")
    marked(_VIEW.format(registry=parameter, found="opened(Registry.shared)", after=""))


@pytest.mark.parametrize(
    ("first", "change", "found"),
    [
        ("{}", "ROOTS[name] = root", 'ROOTS.get(request.args["name"])'),
        ("None", "ROOTS = root", "ROOTS"),
        ("{}", "ROOTS.update({name: root})", 'ROOTS.get("main")'),
    ],
)
def test_variables_that_functions_change(first: str, change: str, found: str) -> None:
    after = f"def register(name, root):\n    global ROOTS\n    {change}\n"
    marked(_VIEW.format(registry=f"ROOTS = {first}", found=found, after=after))


def test_attributes_of_a_class_that_its_methods_assign() -> None:
    marked("""
        import os
        from flask import request

        class Files:
            root = None
            shell = None

            def configure(self, root):
                self.root = root

            def read(self):
                if self.root is None:
                    return None
                return open(os.path.join(self.root, request.args["file"]))  # expect: path-traversal

            def run(self):
                if self.shell is not None:
                    os.system(request.args["command"])
    """)


def test_objects_that_functions_close_over() -> None:
    marked("""
        import os
        from flask import Flask, request

        class Files:
            def __init__(self):
                self.root = None

            def configure(self, root):
                self.root = root

            def folder(self):
                if self.root is None:
                    raise ValueError
                return self.root

        def create():
            app = Flask("x")
            files = Files()

            @app.route("/<path:path>")
            def one(path):
                open(os.path.join(files.folder(), path))  # expect: path-traversal
                return "read"

            return app
    """)
