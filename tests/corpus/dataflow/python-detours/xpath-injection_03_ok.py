import html

from bottle import Bottle, HTTPError, request
from lxml import etree

app = Bottle()
ACCOUNTS = etree.parse("data/accounts.xml")


def literal(value):
    return "'" + html.escape(value, quote=True) + "'"


def statement(login, pin):
    steps = ["/accounts/account"]
    for attribute, value in (("login", login), ("pin", pin)):
        steps.append("[@%s=%s]" % (attribute, literal(value)))
    steps.append("/balance/text()")
    return "".join(steps)


@app.post("/balance")
def balance():
    login = request.forms.get("login", "")
    pin = request.forms.get("pin", "")
    if not login or not pin:
        raise HTTPError(400, "login and pin are needed")
    found = ACCOUNTS.xpath(statement(login, pin))
    if len(found) == 0:
        raise HTTPError(403, "no such account")
    return {"balance": float(found[0])}


if __name__ == "__main__":
    app.run(port=8083)
