HEAD = (
    "<!doctype html><html><head><meta charset='utf-8'>"
    "<title>Helpdesk</title><link rel='stylesheet' href='/static/desk.css'></head><body>"
)
FOOT = "<footer>Support team</footer></body></html>"


def tag(name, inner, **attrs):
    extra = "".join(" %s='%s'" % (key.rstrip("_"), value) for key, value in attrs.items())
    return f"<{name}{extra}>{inner}</{name}>"


def page(*blocks):
    return HEAD + "\n".join(blocks) + FOOT
