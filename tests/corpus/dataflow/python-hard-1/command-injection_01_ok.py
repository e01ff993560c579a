import shlex
from dataclasses import dataclass, field

from flask import Flask, jsonify, request

from shared.runner import run_line

app = Flask(__name__)


@dataclass
class ThumbnailJob:
    asset_id: int
    geometry: str
    watermark: str = ""
    words: list = field(default_factory=list)


class CommandBuilder:
    program = "convert"

    def build(self, job):
        job.words.append(self.program)
        job.words.append(f"{job.asset_id}.png")
        job.words.extend(self.options(job))
        job.words.append(f"{job.asset_id}_thumb.png")
        return job.words

    def options(self, job):
        yield from ("-resize", shlex.quote(job.geometry))


class WatermarkBuilder(CommandBuilder):
    def options(self, job):
        yield from super().options(job)
        yield from ("-set", "comment", shlex.quote("by " + job.watermark))


class ThumbnailService:
    builders = {True: WatermarkBuilder, False: CommandBuilder}

    def create(self, job):
        builder = self.builders[bool(job.watermark)]()
        return run_line(builder.build(job)) == 0


@app.post("/assets/<int:asset_id>/thumbnail")
def thumbnail(asset_id):
    form = request.form
    job = ThumbnailJob(asset_id, form.get("geometry", "200x200"), form.get("watermark", ""))
    if ThumbnailService().create(job):
        return jsonify(created=asset_id), 201
    return jsonify(error="thumbnail failed"), 500
