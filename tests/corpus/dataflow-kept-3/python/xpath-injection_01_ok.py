from flask import Flask, abort, jsonify, request
from lxml import etree

app = Flask(__name__)
SOURCE = "/srv/payroll/staff.xml"


class StaffFile:
    def __init__(self, path):
        self._path = path
        self._tree = None

    def __enter__(self):
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        self._tree = etree.parse(self._path, parser)
        return self

    def __exit__(self, *exc):
        self._tree = None

    def record(self, **wanted):
        tests = " and ".join(f"{k}/text()=${k}" for k in wanted)
        return self._tree.xpath("/staff/person[" + tests + "]", **wanted)


@app.post("/payslip")
def payslip():
    number = request.form.get("number", "")
    pin = request.form.get("pin", "")
    with StaffFile(SOURCE) as staff:
        match staff.record(number=number, pin=pin):
            case [person, *_]:
                return jsonify(month=person.findtext("month"), net=person.findtext("net"))
            case _:
                abort(404)
