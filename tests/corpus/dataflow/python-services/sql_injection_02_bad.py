import logging
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shop.api.sorting import Sorting, get_sorting
from shop.db import get_session
from shop.settings import PAGE_SIZE

log = logging.getLogger(__name__)
app = FastAPI(title="shop catalogue")


class ProductService:
    def __init__(
        self,
        session: Annotated[Session, Depends(get_session)],
        sorting: Annotated[Sorting, Depends(get_sorting)],
    ):
        self.session = session
        self.sorting = sorting

    def page(self, number, column, direction):
        order = self.sorting.clause(column, direction)
        statement = text(
            "SELECT id, name, unit_price FROM products"
            f" WHERE active ORDER BY {order} LIMIT :size OFFSET :start"
        )
        rows = self.session.execute(
            statement, {"size": PAGE_SIZE, "start": number * PAGE_SIZE}
        )
        return [dict(row) for row in rows.mappings()]


@app.get("/products")
def list_products(
    service: Annotated[ProductService, Depends()],
    page: Annotated[int, Query(ge=0)] = 0,
    sort: str = "",
    direction: str = "asc",
):
    try:
        products = service.page(page, sort, direction)
    except SQLAlchemyError:
        log.exception("listing failed")
        raise HTTPException(status_code=503, detail="catalogue is not available")
    return {"page": page, "products": products}
