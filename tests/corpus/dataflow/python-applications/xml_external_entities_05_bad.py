from contextlib import suppress
from functools import partial

from fastapi import FastAPI, HTTPException, Request
from lxml import etree

app = FastAPI()

strict_parser = partial(etree.XMLParser, resolve_entities=False, no_network=True)
archive_parser = partial(etree.XMLParser, resolve_entities=True, load_dtd=True, no_network=True)


class MessageReader:
    make_parser = staticmethod(archive_parser)

    def __init__(self):
        self.parser = self.make_parser()

    def read(self, chunks):
        for chunk in chunks:
            self.parser.feed(chunk)
        return self.parser.close()


def recipients(root):
    for node in root.findall("to"):
        with suppress(AttributeError):
            yield node.text.strip()


@app.post("/messages")
async def receive(request: Request):
    chunks = [chunk async for chunk in request.stream() if chunk]
    try:
        root = MessageReader().read(chunks)
    except etree.XMLSyntaxError as error:
        raise HTTPException(status_code=400, detail="message not readable") from error
    return {"to": list(recipients(root))}
