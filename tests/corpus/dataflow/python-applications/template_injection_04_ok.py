import csv
import io
from string import Template as PlainTemplate

from bottle import Bottle, request, response
from mako.template import Template as MakoTemplate

app = Bottle()

COLUMNS = ("sku", "name", "stock")
ROWS = [("A-1", "Rake", 12), ("A-2", "Spade", 3)]


def without_expressions(text):
    return text.replace("${", "$ {")


class LabelSheet:
    def __init__(self, layout):
        self._template = PlainTemplate(without_expressions(layout))

    def fill(self, record):
        return self._template.safe_substitute(**record)

    def sheet(self):
        out = io.StringIO()
        writer = csv.writer(out)
        for row in ROWS:
            writer.writerow([self.fill(dict(zip(COLUMNS, row)))])
        return out.getvalue()


@app.post("/labels")
def labels():
    sheet = LabelSheet(request.forms.getunicode("layout") or "").sheet()
    response.content_type = "application/json"
    return {"lines": sheet.splitlines()}
