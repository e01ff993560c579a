import subprocess

from flask import Blueprint, request

bp = Blueprint("raised", __name__)


@bp.get("/jobs")
def jobs():
    try:
        raise LookupError(request.args["job"])
    except LookupError as error:
        return {"code": subprocess.call(f"journalctl -u {error}", shell=True)}
