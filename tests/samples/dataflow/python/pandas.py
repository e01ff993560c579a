import flask
import pandas


def queried(link):
    pandas.read_sql("SELECT 1 WHERE a = %s", link, params=[flask.request.args["a"]])
    return len(pandas.read_sql("SELECT 1 WHERE a = " + flask.request.args["a"], link))  # expect: sql-injection


def evaluated():
    return len(pandas.DataFrame({"a": [1]}).query(flask.request.args["rows"]))  # expect: code-injection


def read():
    return len(pandas.read_csv("/srv/" + flask.request.args["file"]))  # expect: path-traversal


def written():
    pandas.DataFrame({"a": [1]}).to_csv("/srv/" + flask.request.args["file"])  # expect: path-traversal
