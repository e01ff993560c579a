from urllib.parse import quote

import httpx
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class Lookup(BaseModel):
    city: str
    days: int = 3


@app.post("/forecast")
async def forecast(lookup: Lookup):
    city = quote(lookup.city, safe="")
    url = f"https://{lookup.city}.weather.example.com/days/{lookup.days}"
    async with httpx.AsyncClient(timeout=5) as client:
        answer = await client.get(url)
    if answer.status_code != 200:
        raise HTTPException(status_code=502, detail=f"no forecast for {city}")
    return answer.json()
