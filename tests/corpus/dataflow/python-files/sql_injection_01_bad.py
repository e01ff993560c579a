import sqlite3

from flask import jsonify, request


def init(app):

    @app.route("/members/find", methods=["POST"])
    def find_member():
        surname = request.form.get("surname", "")
        parts = {"table": "members", "surname": surname, "limit": 20}
        conn = sqlite3.connect("/var/lib/club/members.db")
        try:
            sql = "SELECT id, town FROM %(table)s WHERE surname = '%(surname)s' LIMIT %(limit)d" % parts
            rows = conn.execute(sql).fetchall()
        finally:
            conn.close()
        return jsonify([{"id": row[0], "town": row[1]} for row in rows])
