import os

from flask import jsonify, request

ORDER = "PQR"


def init(app):

    @app.route("/tools/archive-check", methods=["GET"])
    def archive_check():
        label = request.headers.get("X-Archive-Label", "")

        letter = ORDER[1]
        match letter:
            case "P":
                chosen = "weekly"
            case "Q":
                chosen = "monthly"
            case "R" | "S":
                chosen = label
            case _:
                chosen = "daily"

        status = os.system("tar -tf /var/backups/" + chosen + ".tar > /dev/null")
        return jsonify(ok=(status == 0))
