import os
import shlex
import subprocess
import tempfile
from dataclasses import dataclass

from flask import Flask, abort, jsonify, request

app = Flask(__name__)

FORMATS = {"print": "PostScript", "web": "html", "word": "rtf"}


@dataclass
class ConversionJob:
    title: str
    target: str
    source: str

    def command(self):
        out = f"{self.source}.out"
        return " ".join([
            "enscript", "-q",
            "--title", shlex.quote(self.title),
            "-w", self.target,
            "-p", out,
            self.source,
        ])


class ConversionService:
    def __init__(self, workdir):
        self._workdir = workdir

    def submit(self, title, target, text):
        fd, path = tempfile.mkstemp(suffix=".txt", dir=self._workdir)
        with os.fdopen(fd, "w") as handle:
            handle.write(text)
        job = ConversionJob(title, target, path)
        return subprocess.call(job.command(), shell=True)


service = ConversionService(tempfile.gettempdir())


@app.post("/documents/convert")
def convert():
    form = request.form
    wanted = form.get("format", "print").lower()
    target = FORMATS.get(wanted, wanted)
    if not target or "text" not in form:
        abort(400)
    status = service.submit(form.get("title", "Untitled"), target, form["text"])
    return jsonify(ok=status == 0)
