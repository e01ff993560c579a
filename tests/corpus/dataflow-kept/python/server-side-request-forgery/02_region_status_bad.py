"""Asks the storage service of a region for its quota."""
import httpx
from fastapi import APIRouter, Depends, HTTPException

router = APIRouter(prefix="/storage")


class StorageClient:
    def __init__(self, region):
        self.base = f"https://{region}.storage.example.com/v1"

    async def get(self, path):
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.get(self.base + path)
            answer.raise_for_status()
            return answer.json()


def storage(region: str):
    if "/" in region or "@" in region:
        raise HTTPException(status_code=422, detail="not a region")
    return StorageClient(region)


@router.get("/quota")
async def quota(client: StorageClient = Depends(storage)):
    try:
        return await client.get("/quota")
    except (httpx.HTTPError, ValueError) as exc:
        raise HTTPException(status_code=502, detail="storage does not answer") from exc
