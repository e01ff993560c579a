"""Fetches pictures of the partner's image service and scales them."""
import io

import requests
from flask import Flask, abort, request, send_file
from PIL import Image

app = Flask(__name__)
HOST = "images.example.com"


def from_partner(url):
    return url.startswith("https://" + HOST)


@app.get("/scaled")
def scaled():
    url = request.args.get("src", "")
    width = request.args.get("w", 320, type=int)
    if "\\" in url or not from_partner(url):
        abort(400, "not one of the partner's pictures")
    answer = requests.get(url, timeout=5, allow_redirects=False)
    if answer.status_code != 200:
        abort(502)
    try:
        picture = Image.open(io.BytesIO(answer.content)).convert("RGB")
    except OSError:
        abort(415)
    picture.thumbnail((min(width, 1600), 1600))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    buffer.seek(0)
    return send_file(buffer, mimetype="image/jpeg")
