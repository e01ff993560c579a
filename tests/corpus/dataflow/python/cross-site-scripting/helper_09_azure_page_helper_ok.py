from markupsafe import escape

ROW = "<tr><th>{}</th><td>{}</td></tr>"


def rows(entries):
    for name, value in entries:
        yield ROW.format(escape(name), escape(value))


def page(title="", **values):
    body = "".join(rows(sorted(values.items())))
    return "<!doctype html><title>%s</title><table>%s</table>" % (escape(title), body)
