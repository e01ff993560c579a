import os
import sqlite3

import asyncpg
import flask
import psycopg2
from psycopg2 import sql


def stored():
    row = sqlite3.connect("x.db").cursor().fetchone()
    os.system("touch " + row[0])  # expect: command-injection


def cursor():
    cursor = sqlite3.connect("x.db").cursor()
    cursor.execute("SELECT 1 WHERE a = ?", (flask.request.args["a"],))
    cursor.execute("SELECT 1 WHERE a = '" + flask.request.args["a"] + "'")  # expect: sql-injection


def mogrified():
    return len(psycopg2.connect("").cursor().mogrify("SELECT " + flask.request.args["a"]))  # expect: sql-injection


def procedure(cur):
    cur.callproc(flask.request.args["name"])  # expect: sql-injection


def connection(conn):
    conn.execute(f"DELETE FROM t WHERE a = {flask.request.args['a']}")  # expect: sql-injection


async def fetched():
    pool = await asyncpg.create_pool("")
    async with pool.acquire() as link:
        await link.fetch("SELECT 1 WHERE a = $1", flask.request.args["a"])
        await link.fetchrow("SELECT 1 WHERE a = " + flask.request.args["a"])  # expect: sql-injection


def quoted(cur):
    cur.execute(sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(flask.request.args["table"])))


def composed():
    return sql.SQL("SELECT " + flask.request.args["column"]) is None  # expect: sql-injection


def asked():
    rows = sqlite3.connect("x.db").execute("SELECT 1 WHERE a = ?", (flask.request.args["a"],))
    return open("/srv/" + str(rows.rowcount))


def composed_once(cur):
    query = sql.SQL("SELECT " + flask.request.args["column"])  # expect: sql-injection
    cur.execute(query)


def unknown(pool):
    pool.first.execute("SELECT * FROM users WHERE name = '" + flask.request.args["name"] + "'")  # expect: sql-injection
    pool.first.execute("find " + flask.request.args["name"])
    pool.first.fetch("SELECT * FROM users ORDER BY " + flask.request.args["by"])  # expect: sql-injection
    pool.first.fetch("/users/" + flask.request.args["name"])
