from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)
STAFF = etree.parse("/etc/portal/staff.xml")


@app.post("/login")
def login():
    name = request.form["name"]
    pin = request.form["pin"]
    query = f"//person[@name='{name}' and @pin='{pin}']"
    found = STAFF.xpath(query)
    if not found:
        return jsonify(error="sign-in failed"), 401
    return jsonify(person=found[0].get("id"))


@app.get("/count")
def count():
    return jsonify(people=int(STAFF.xpath("count(//person)")))
