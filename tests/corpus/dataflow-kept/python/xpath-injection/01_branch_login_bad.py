"""Sign-in against the user list that the branch system exports as XML."""
from flask import Flask, abort, jsonify, request, session
from lxml import etree

app = Flask(__name__)
app.config.from_prefixed_env()
USERS = etree.parse("/srv/branch/users.xml")


def find_user(name, code):
    found = USERS.xpath(f"/users/user[name/text()='{name}' and code/text()='{code}']")
    return found[0] if found else None


@app.post("/login")
def login():
    name = request.form.get("name", "")
    code = request.form.get("code", "")
    if not name or not code:
        abort(400)
    user = find_user(name, code)
    if user is None:
        abort(401)
    session.clear()
    session["user"] = user.findtext("name")
    session["branch"] = user.findtext("branch")
    return jsonify(name=session["user"])


@app.post("/logout")
def logout():
    session.clear()
    return "", 204
