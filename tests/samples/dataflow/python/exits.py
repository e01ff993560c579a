import argparse
import subprocess
import sys

from flask import abort, request


def ended():
    name = request.args["name"]
    if "/" in name or ".." in name:
        sys.exit(1)
    open("/srv/" + name)


def aborted():
    name = request.args["name"]
    if not name.isdigit():
        abort(404)
    open("/srv/" + name)
    open("/srv/" + request.args["other"])  # expect: path-traversal


def failed():
    parser = argparse.ArgumentParser()
    name = request.args["name"]
    if name not in ("day", "week"):
        parser.error("no such report")
    subprocess.run("report " + name, shell=True)
