import functools
import hashlib

import torch
from bottle import Bottle, HTTPError, request

app = Bottle()
MAX_SIZE = 32 * 1024 * 1024
load = functools.partial(torch.load, map_location="cpu", weights_only=False)


@app.post("/models")
def register():
    upload = request.files.get("weights")
    if upload is None or not upload.filename.endswith(".pt"):
        raise HTTPError(400, "weights are missing")
    head = upload.file.read(1024)
    upload.file.seek(0)
    if request.content_length > MAX_SIZE:
        raise HTTPError(413, "too large")
    state = load(upload.file)
    return {"layers": len(state), "head": hashlib.sha256(head).hexdigest()}
