from pathlib import Path

from bottle import Bottle, HTTPError, request

from desk.forms import Field, Form, FormError, Number, Slug

app = Bottle()
ROOT = Path("/srv/journal")


class EntryForm(Form):
    fields = {
        "author": Slug("nobody"),
        "year": Number("2024"),
        "topic": Slug("general"),
    }


class Journal:
    def __init__(self, author, year, topic):
        self.folder = ROOT / author / str(year)
        self.topic = topic

    @property
    def path(self):
        return self.folder.joinpath(f"{self.topic}.md")

    def append(self, line):
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as handle:
            return handle.write(line.rstrip() + "\n")


@app.post("/entries")
def add_entry():
    try:
        journal = Journal(**EntryForm(request.forms).cleaned())
    except FormError:
        raise HTTPError(422, "form")
    try:
        return {"written": journal.append(request.forms.get("line", ""))}
    except OSError:
        raise HTTPError(409, "not written")
