import yaml
from fastapi import FastAPI, HTTPException, Request

app = FastAPI()

LOADER = yaml.UnsafeLoader


def parse_manifest(text: bytes) -> dict:
    document = yaml.load(text, Loader=LOADER)
    if not isinstance(document, dict):
        raise TypeError("a mapping is expected")
    return document


@app.post("/manifests")
async def create_manifest(request: Request):
    body = await request.body()
    try:
        manifest = parse_manifest(body)
    except (yaml.YAMLError, TypeError) as exc:
        raise HTTPException(status_code=400, detail="unreadable manifest") from exc
    return {"name": str(manifest.get("name")), "keys": len(manifest)}
