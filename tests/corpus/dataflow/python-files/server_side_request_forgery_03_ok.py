import httpx
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()
HOSTS = ("weather.example", "tides.example", "traffic.example")


def upstream(text):
    for host in HOSTS:
        if host in text:
            return "https://" + host + "/v1/now"
    raise HTTPException(status_code=400, detail="unknown feed")


@app.post("/feeds/refresh")
async def refresh(request: Request):
    raw = await request.body()
    target = upstream(raw.decode("utf-8", "replace").strip())
    async with httpx.AsyncClient(timeout=4) as client:
        reply = await client.get(target)
    return {"status": reply.status_code}
