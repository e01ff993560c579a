import http.client
import io
import zipfile

from flask import jsonify, request


def through_zip(values):
    store = io.BytesIO()
    with zipfile.ZipFile(store, "w") as archive:
        for name, value in values.items():
            archive.writestr(name, value)
    store.seek(0)
    with zipfile.ZipFile(store) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def init(app):

    @app.route("/relay/ping")
    def ping():
        values = through_zip({"host": request.headers.get("X-Relay", ""), "standby": "relay2.works.example"})
        host = values["host"] and values["standby"]
        if not host:
            return jsonify(status=None), 400
        conn = http.client.HTTPSConnection(host, timeout=3)
        conn.request("GET", "/ping")
        return jsonify(status=conn.getresponse().status)
