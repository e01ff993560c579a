import io

from lxml import etree
from quart import Quart, jsonify, request

app = Quart(__name__)
app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024

CUE = "{http://www.w3.org/ns/ttml}p"


def cues(data):
    events = etree.iterparse(
        io.BytesIO(data),
        events=("end",),
        tag=CUE,
        load_dtd=False,
        resolve_entities=False,
    )
    for _event, element in events:
        yield {
            "begin": element.get("begin"),
            "end": element.get("end"),
            "text": " ".join("".join(element.itertext()).split()),
        }
        element.clear()


@app.post("/subtitles")
async def subtitles():
    files = await request.files
    upload = files.get("subtitles")
    if upload is None:
        return jsonify(error="file expected"), 400
    try:
        return jsonify(cues=list(cues(upload.read())))
    except etree.XMLSyntaxError:
        return jsonify(error="unreadable subtitles"), 400


@app.get("/health")
async def health():
    return jsonify(ok=True)


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=5005)
