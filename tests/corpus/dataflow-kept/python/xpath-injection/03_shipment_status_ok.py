"""Shipment status from the carrier's nightly XML file."""
import os

from fastapi import FastAPI, HTTPException, Query
from lxml import etree

app = FastAPI()
FEED = os.environ.get("CARRIER_FEED", "/srv/carrier/feed.xml")


def load():
    return etree.parse(FEED, etree.XMLParser(resolve_entities=False, no_network=True))


@app.get("/shipments/status")
def status(
    number: str = Query(min_length=6, max_length=80, pattern=r"^[A-Z]{2}\d{4,10}$"),
    customer: int = Query(ge=1),
):
    query = "//shipment[@customer='%d'][@number='%s']/event" % (customer, number)
    try:
        events = load().xpath(query)
    except etree.XPathError as exc:
        raise HTTPException(status_code=400, detail="cannot look that up") from exc
    if not events:
        raise HTTPException(status_code=404, detail="unknown shipment")
    return {
        "number": number,
        "events": [{"at": e.get("at"), "text": e.text} for e in events],
    }
