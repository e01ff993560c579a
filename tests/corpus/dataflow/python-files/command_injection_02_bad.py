import subprocess

from flask import Blueprint, jsonify, request

bp = Blueprint("printing", __name__)


@bp.route("/printing/queue", methods=["POST"])
def queue_status():
    values = request.form.getlist("printer")
    requested = values[0] if values else "lobby"

    line = []
    line.append("reception")
    line.append(requested)
    line.append("basement")
    line.pop(0)

    printer = line[0]
    done = subprocess.run(
        f"lpstat -p {printer}",
        shell=True,
        capture_output=True,
        text=True,
        timeout=10,
    )
    return jsonify(code=done.returncode, lines=len(done.stdout.splitlines()))
