from urllib.parse import urlparse, urljoin
from flask import Blueprint, redirect, request, url_for

auth = Blueprint("auth", __name__)


def is_safe_url(target):
    ref_url = urlparse(request.host_url)
    test_url = urlparse(urljoin(request.host_url, target))
    return test_url.scheme in ("http", "https") and ref_url.netloc == test_url.netloc


@auth.route("/login", methods=["POST"])
def login():
    target = request.args.get("next") or url_for("index")
    if not is_safe_url(target):
        target = url_for("index")
    return redirect(target, code=303)
