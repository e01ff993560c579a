import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/diagnostics/ping")
def ping():
    host = request.args.get("host", "")
    if not host or len(host) > 120:
        return jsonify(error="host is required"), 400
    command = ["ping", "-c", "1", "-W", "2", "--", host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10)
    return jsonify(code=done.returncode, output=done.stdout)


if __name__ == "__main__":
    app.run(port=8080)
