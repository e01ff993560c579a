from bottle import Bottle, HTTPResponse, request

from catalogue.codes import BadCode, parse_code as to_code
from catalogue.documents import load, texts

app = Bottle()


class PartsList:
    document = "parts"

    def __init__(self, codes):
        self.codes = list(codes)

    @property
    def expression(self):
        tests = " or ".join("@code = '%s'" % code for code in self.codes)
        return "/parts/part[@public = 'yes'][" + tests + "]/name"

    def names(self):
        return texts(load(self.document).xpath(self.expression))


@app.get("/parts")
def parts():
    requested = request.query.getall("code")[:10]
    try:
        wanted = PartsList(map(to_code, requested))
    except BadCode:
        return HTTPResponse(status=400, body={"error": "bad code"})
    if not wanted.codes:
        return {"names": []}
    return {"names": wanted.names()}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8082)
