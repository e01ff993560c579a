import yaml
from flask import Blueprint, jsonify, request

bp = Blueprint("menus", __name__)


def read_document(text, **options):
    settings = {"Loader": yaml.SafeLoader}
    settings.update(options)
    return yaml.load(text, **settings)


@bp.route("/menus/import", methods=["POST"])
def import_menu():
    upload = request.files["menu"]
    title, _, body = upload.filename.partition("|")
    document = read_document(body)
    return jsonify(dishes=len(document or []))
