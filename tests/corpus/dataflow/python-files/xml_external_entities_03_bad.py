import defusedxml.lxml
import lxml.etree
from fastapi import FastAPI, Request

app = FastAPI()


def tolerant(data):
    return lxml.etree.fromstring(data, lxml.etree.XMLParser(resolve_entities=True))


READERS = {"strict": defusedxml.lxml.fromstring, "tolerant": tolerant}


@app.post("/gpx")
async def gpx(request: Request):
    data = await request.body()
    limit = 30 * 4
    reader = READERS["tolerant" if limit > 100 else "strict"]
    root = reader(data)
    return {"name": root.findtext("name"), "points": len(root)}
