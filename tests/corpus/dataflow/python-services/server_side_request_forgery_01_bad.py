import logging
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI, HTTPException

from imports.schemas import FeedRequest

log = logging.getLogger(__name__)
app = FastAPI(title="imports")


class FeedClient:
    def __init__(self, timeout=10.0):
        self._timeout = httpx.Timeout(timeout)

    async def fetch(self, url):
        async with httpx.AsyncClient(
            timeout=self._timeout, follow_redirects=False
        ) as client:
            response = await client.get(url, headers={"Accept": "application/json"})
        response.raise_for_status()
        return response.json()


def get_client():
    return FeedClient()


@app.post("/imports/feed")
async def import_feed(
    body: FeedRequest,
    client: Annotated[FeedClient, Depends(get_client)],
):
    try:
        items = await client.fetch(str(body.url))
    except httpx.HTTPError:
        log.exception("feed could not be fetched")
        raise HTTPException(status_code=502, detail="feed could not be fetched")
    except ValueError:
        raise HTTPException(status_code=422, detail="feed is not JSON")
    if not isinstance(items, list):
        raise HTTPException(status_code=422, detail="feed is not a list")
    return {"items": items[: body.limit]}
