from urllib.parse import urlsplit

from flask import Blueprint, Flask, redirect, request, url_for

bp = Blueprint("account", __name__)


def local_path(target):
    """The path to go back to, or None."""
    if not target or not target.startswith("/"):
        return None
    parts = urlsplit(target)
    if parts.scheme or "://" in target:
        return None
    return target


class LanguageSwitch:
    supported = ("en", "fr", "pl")

    def __init__(self, code):
        self.code = code if code in self.supported else self.supported[0]

    def destination(self, wanted):
        return local_path(wanted) or url_for("account.home", lang=self.code)


@bp.get("/")
def home():
    return {"page": "home"}


@bp.post("/language")
def language():
    switch = LanguageSwitch(request.form.get("code"))
    return redirect(switch.destination(request.form.get("back")), code=303)


app = Flask(__name__)
app.register_blueprint(bp)
