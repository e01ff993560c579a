"""Upload of profile pictures."""
import os

from flask import Blueprint, current_app, jsonify, request
from flask_login import current_user, login_required

profile = Blueprint("profile", __name__, url_prefix="/profile")
EXTENSIONS = {".png", ".jpg", ".jpeg", ".webp"}


def clean(name):
    return name.replace("../", "").replace("..\\", "")


def target_for(upload):
    name = clean(upload.filename or "")
    stem, extension = os.path.splitext(name)
    if not stem or extension.lower() not in EXTENSIONS:
        raise ValueError("not a picture")
    folder = os.path.join(current_app.config["AVATARS"], str(current_user.id))
    os.makedirs(folder, exist_ok=True)
    return os.path.join(folder, name)


@profile.post("/avatar")
@login_required
def avatar():
    upload = request.files.get("picture")
    if upload is None:
        return jsonify(error="no file"), 400
    try:
        target = target_for(upload)
    except ValueError as exc:
        return jsonify(error=str(exc)), 400
    upload.save(target)
    return jsonify(stored=True), 201
