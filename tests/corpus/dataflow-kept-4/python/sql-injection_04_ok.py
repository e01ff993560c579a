import aiosqlite
from fastapi import APIRouter, Depends, FastAPI

from warehouse.query import Select

router = APIRouter()


class Stock:
    path = "var/stock.db"

    async def fetch(self, query):
        sql, args = query.build()
        async with aiosqlite.connect(self.path) as conn:
            conn.row_factory = aiosqlite.Row
            async with conn.execute(sql, args) as cursor:
                return [dict(row) async for row in cursor]


def conditions(shelf: str | None = None, minimum: int = 0, supplier: str | None = None):
    query = Select("stock", ("sku", "amount")).where("amount >= ?", minimum)
    if shelf:
        query.where("shelf = ?", shelf)
    if supplier:
        query.where("supplier = ?", supplier.replace('"', ""))
    return query.limit(200)


@router.get("/stock")
async def stock(query: Select = Depends(conditions, use_cache=False), store: Stock = Depends(Stock)):
    return await store.fetch(query)


app = FastAPI()
app.include_router(router)
