import re

import bottle

app = bottle.Bottle()
TAG = re.compile(r"<[^>]*>")


@app.get("/echo/<word>")
def echo(word):
    kept = []
    index = 0
    while index < len(word):
        kept.append(word[index])
        index += 1
    text = "".join(kept)
    cleaned = bottle.html_escape(TAG.sub("", text))
    return f"<p title='{cleaned}'>{len(cleaned)}</p>"
