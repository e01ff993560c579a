from urllib.parse import urlparse

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)
PARTNER = "https://api.example.com"


def permitted(url):
    return url.startswith(PARTNER)


@app.get("/preview")
def preview():
    url = request.args.get("url", "")
    if not permitted(url):
        return jsonify(error="address not permitted"), 400
    answer = requests.get(url, timeout=5, allow_redirects=False)
    return jsonify(
        status=answer.status_code,
        path=urlparse(url).path,
        size=len(answer.content),
    )
