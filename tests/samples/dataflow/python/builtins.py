import ast
import importlib
import glob
import random
import flask


def typed():
    eval(input())  # local: code-injection


def evaluated():
    eval(flask.request.args["sum"])  # expect: code-injection
    exec("print(1)")


def compiled():
    return compile(flask.request.args["sum"], "sum", "eval")  # expect: code-injection


def imported():
    return importlib.import_module(flask.request.args["module"])  # expect: code-injection


def opened():
    return open(flask.request.args["file"])  # expect: path-traversal


def listed():
    return len(glob.glob(flask.request.args["pattern"]))  # expect: path-traversal


def random_keys(links, page):
    links[f"{random.getrandbits(32):x}"] = page  # expect: weak-randomness


def guessable():
    reset_token = random.randrange(1000000)  # expect: weak-randomness
    colour = random.randrange(255)
    return reset_token, colour


def checked_number():
    text = flask.request.args["sum"]
    int(text)
    eval("40 + " + text)


def rendered(pages):
    return flask.make_response(pages.find("a").render(name=flask.request.args["name"]))


def parsed():
    text = flask.request.args["formula"]
    for part in ast.walk(ast.parse(text)):
        if not isinstance(part, (ast.BinOp, ast.Constant)):
            raise ValueError
    return int(eval(text))


def cookie_header(headers, sid):
    headers["Set-Cookie"] = f"sid={sid}; Path=/; HttpOnly"  # expect: insecure-cookie
    headers.add("Set-Cookie", "sid=%s; Secure" % sid)


def cookie_headers(start, sid):
    start({"Set-Cookie": ["sid=" + sid]})  # expect: insecure-cookie
