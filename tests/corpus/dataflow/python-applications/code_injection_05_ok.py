import json
from types import SimpleNamespace

import tornado.web

from desk.forms import Field, Form, FormError, Number, Slug


class ColumnForm(Form):
    fields = {
        "name": Slug("total"),
        "start": Number("0"),
    }


def make_record(name, start):
    namespace = {}
    source = (
        "class Record:\n"
        "    def __init__(self):\n"
        f"        self.{name} = {start}\n"
        "    def bump(self):\n"
        f"        self.{name} += 1\n"
    )
    exec(source, namespace)
    return SimpleNamespace(**namespace).Record()


class ColumnHandler(tornado.web.RequestHandler):
    def post(self):
        try:
            values = ColumnForm(json.loads(self.request.body)).cleaned()
            record = make_record(**values)
        except (FormError, SyntaxError, AttributeError):
            raise tornado.web.HTTPError(422)
        record.bump()
        self.write({"columns": len(vars(record))})


app = tornado.web.Application([(r"/columns", ColumnHandler)])
