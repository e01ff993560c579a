import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


class ArchiveJob:
    """Collects folder names and builds the archive in one go."""

    def __init__(self, base):
        self.base = base
        self.folders = []
        self.options = {}

    def add(self, folder, compression):
        self.folders.append(folder)
        self.options[folder] = compression

    @property
    def command(self):
        head = "cd " + self.base + " && tar czf /var/backups/nightly.tgz -- "
        return head + " ".join(self.folders)

    def run(self):
        done = subprocess.run(["/bin/sh", "-c", self.command], capture_output=True, timeout=120)
        return done.returncode


@app.post("/backups")
def create_backup():
    job = ArchiveJob("/srv/shared")
    for folder, compression in request.values.items():
        if not compression.isalnum():
            continue
        job.add(folder, compression)
    if not job.folders:
        return jsonify(error="nothing to archive"), 400
    return jsonify(status=job.run(), folders=len(job.folders))
