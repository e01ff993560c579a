import configparser
import hashlib

from flask import Flask, request

app = Flask(__name__)
config = configparser.ConfigParser()
config.read_string("""
[security]
legacy = md5
current = sha384
""")


@app.post("/fingerprint")
def fingerprint():
    name = config.get("security", "current")
    digest = hashlib.new(name)
    digest.update(request.get_data())
    return {"digest": digest.hexdigest()}
