import itertools
import string

from fastapi import FastAPI, HTTPException, Request
from lxml import etree

app = FastAPI()
PARTS = etree.parse("data/parts.xml")
PLAIN = frozenset(string.ascii_letters + string.digits + "-")


def words(raw):
    for word in raw.decode("utf-8", "replace").split(","):
        yield word.strip()


def plain_words(raw):
    for word in words(raw):
        if PLAIN.issuperset(word):
            yield word


def conditions(raw):
    for word in itertools.islice(words(raw), 8):
        yield f'@code="{word}"'


@app.post("/parts/stock")
async def stock(request: Request):
    raw = await request.body()
    if sum(1 for _ in plain_words(raw)) == 0:
        raise HTTPException(400, "no part codes")
    selector = " or ".join(conditions(raw))
    counts = PARTS.xpath(f"//part[@retail='1'][{selector}]/@stock")
    return {"stock": [int(count) for count in counts if str(count).isdecimal()]}
