import configparser
import io

from flask import Flask, jsonify, request
from lxml import etree

app = Flask(__name__)
DIRECTORY = etree.parse("data/employees.xml")


def settings_for(department, floor):
    draft = configparser.ConfigParser(interpolation=None)
    draft["lookup"] = {"department": department, "floor": floor}
    buffer = io.StringIO()
    draft.write(buffer)
    buffer.seek(0)
    settings = configparser.ConfigParser(interpolation=None)
    settings.read_file(buffer)
    return settings["lookup"]


@app.get("/extensions")
def extensions():
    department = request.headers.get("X-Department", "sales")
    floor = request.args.get("floor", "1")
    if not floor.isdecimal():
        return jsonify(error="floor"), 400
    try:
        lookup = settings_for(department, floor)
    except configparser.Error:
        return jsonify(error="unreadable"), 400
    wanted = "dept='" + lookup["department"] + "'"
    nodes = DIRECTORY.xpath("/company/employee[@listed='yes' and @" + wanted + "]")
    return jsonify([node.get("extension") for node in nodes])
