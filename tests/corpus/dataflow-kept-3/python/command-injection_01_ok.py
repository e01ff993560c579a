import shlex
import subprocess
from collections import deque

from flask import Flask, jsonify, request

app = Flask(__name__)


class ArchiveJob:
    def __init__(self):
        self._words = deque()
        self.label = "nightly"

    def add(self, word):
        self._words.append(word)
        return self

    def add_quoted(self, word):
        self._words.append(shlex.quote(word))
        return self

    def rotate(self, n):
        self._words.rotate(n)
        return self

    @property
    def line(self):
        return " ".join(self._words)


def build(form):
    job = ArchiveJob()
    # the comment is collected first and moved behind the tag afterwards
    job.add_quoted("comment=" + form.get("comment", "none"))
    job.add("logger").add("-t")
    job.add_quoted("tag-" + form.get("tag", job.label))
    job.rotate(-1)
    return job


@app.post("/jobs/archive")
def archive():
    job = build(request.form)
    proc = subprocess.Popen(job.line, shell=True, stdout=subprocess.DEVNULL)
    proc.wait(timeout=5)
    return jsonify(code=proc.returncode)
