from fastapi import APIRouter, Request
import asyncpg

router = APIRouter()
COLUMNS = {"name", "created", "size"}


class Query:
    def __init__(self, table):
        self.table = table
        self.parts = []
        self.order = "name"

    def sort(self, column, descending=False):
        if column in COLUMNS:
            self.order = column + (" DESC" if descending else "")
        return self

    def __str__(self):
        return f"SELECT * FROM {self.table} ORDER BY {self.order}"


@router.get("/files")
async def files(request: Request, sort: str = "name"):
    query = Query("files").sort(sort, descending="desc" in request.query_params)
    async with request.app.state.pool.acquire() as connection:
        connection: asyncpg.Connection
        rows = await connection.fetch(str(query))
    return [dict(r) for r in rows]
