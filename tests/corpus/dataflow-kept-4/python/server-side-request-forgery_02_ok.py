import re

from fastapi import Depends, FastAPI, HTTPException

from warehouse.remote import PARCELS

app = FastAPI()
REGION = re.compile(r"[a-z]{2}(-[a-z]+)?")


class Region:
    def __init__(self, region: str = "eu"):
        if not REGION.fullmatch(region):
            raise HTTPException(status_code=422)
        self.code = region


@app.get("/health")
async def health():
    return {"up": True}


@app.get("/shipments/{number}/status")
async def shipment_status(number: int, region: Region = Depends()):
    data = await PARCELS.get_json(region.code, "/track", number=number)
    events = data.get("events", [])
    return {"number": number, "events": len(events), "delivered": bool(data.get("delivered"))}
