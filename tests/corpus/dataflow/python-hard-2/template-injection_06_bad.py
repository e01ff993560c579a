import syslog

from bottle import Bottle, SimpleTemplate, request

app = Bottle()

LINE = "{{who}} reports: {{what}}"


class Journal:
    def __init__(self, ident):
        syslog.openlog(ident)
        self.count = 0

    def write(self, template, /, *args, **values):
        rendered = SimpleTemplate(template % args if args else template).render(**values)
        syslog.syslog(rendered.replace("\n", " "))
        self.count += 1
        return self.count


journal = Journal("front-desk")


@app.post("/incidents")
def incident():
    who = request.forms.getunicode("who", "anonymous")
    what = request.forms.getunicode("what", "")
    if not what:
        return {"recorded": journal.count}
    number = journal.write("%s reports: {{what}}", who, what=what)
    return {"recorded": number}


@app.get("/incidents")
def total():
    return {"recorded": journal.count}


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8089)
