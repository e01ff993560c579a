import logging
import string

from bottle import Bottle, SimpleTemplate, request

app = Bottle()
log = logging.getLogger(__name__)


def card(pattern, **values):
    return SimpleTemplate(pattern).render(**values)


@app.post("/cards")
def create():
    pattern = request.forms.getunicode("pattern", "Dear $name")
    values = {"name": request.forms.getunicode("name", "friend")}
    try:
        text = card(pattern, **values)
    except Exception:
        log.exception("card failed")
        return {"error": "the pattern could not be used"}
    return {"card": text}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8082)
