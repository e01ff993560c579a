import flask
from tortoise import connections


async def raw():
    link = connections.get("default")
    await link.execute_query("SELECT 1 WHERE a = ?", [flask.request.args["a"]])
    await link.execute_query("SELECT 1 WHERE a = " + flask.request.args["a"])  # expect: sql-injection
