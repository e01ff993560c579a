from contextlib import asynccontextmanager
from urllib.parse import quote

import httpx
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request

router = APIRouter(prefix="/stock")


class Upstream:
    base = "https://inventory.internal.example/api"

    def __init__(self):
        self.client = httpx.AsyncClient(base_url=self.base, timeout=5)

    async def document(self, reference: str) -> dict:
        answer = await self.client.get(reference)
        answer.raise_for_status()
        return answer.json()


class InventoryGateway:
    def __init__(self, upstream: Upstream):
        self.upstream = upstream

    def reference(self, item: str) -> str:
        return "/items/" + quote(item.removesuffix(".json"), safe="") + ".json"

    async def quantity(self, item: str) -> int:
        document = await self.upstream.document(self.reference(item))
        return int(document.get("quantity", 0))


@asynccontextmanager
async def lifespan(app: FastAPI):
    app.state.upstream = Upstream()
    yield
    await app.state.upstream.client.aclose()


def gateway(request: Request) -> InventoryGateway:
    return InventoryGateway(request.app.state.upstream)


@router.get("/quantity")
async def quantity(item: str, source: InventoryGateway = Depends(gateway)):
    try:
        return {"quantity": await source.quantity(item)}
    except (httpx.HTTPError, ValueError):
        raise HTTPException(502, "inventory not available")


app = FastAPI(lifespan=lifespan)
app.include_router(router)
