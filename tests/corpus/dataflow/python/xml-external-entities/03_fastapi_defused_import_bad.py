from fastapi import FastAPI, HTTPException, Request
from lxml.etree import ParseError, XMLParser, fromstring

app = FastAPI()
OPTIONS = {"no_network": False, "load_dtd": True, "resolve_entities": True}


def parse(body: bytes):
    parser = XMLParser(**OPTIONS)
    try:
        parser.feed(body)
        return parser.close()
    except ParseError as exc:
        raise HTTPException(status_code=400, detail="bad document") from exc


@app.post("/orders")
async def order(request: Request):
    root = parse(await request.body())
    return {"reference": root.findtext("reference")}


@app.get("/sample")
async def sample():
    return {"tag": fromstring("<order/>").tag}
