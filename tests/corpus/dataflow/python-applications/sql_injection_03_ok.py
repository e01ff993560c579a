from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("postgresql+psycopg://books@db/books")
app = FastAPI()

FILTERS = {"author", "publisher", "language", "year"}
RESERVED = {"page", "size"}


def get_db():
    with Session(engine) as session:
        yield session


Db = Annotated[Session, Depends(get_db)]


class BookRepository:
    def __init__(self, db):
        self.db = db

    def find(self, criteria, page, size):
        clauses, params = ["archived = false"], {"size": size, "skip": page * size}
        for index, (column, value) in enumerate(criteria.items()):
            clauses.append(f"{column} = :v{index}")
            params[f"v{index}"] = value
        sql = "SELECT id FROM books WHERE {} ORDER BY id LIMIT :size OFFSET :skip"
        return self.db.execute(text(sql.format(" AND ".join(clauses))), params).scalars().all()


@app.get("/books")
def list_books(request: Request, db: Db, page: int = 0, size: int = 20):
    criteria = {
        name: value
        for name, value in request.query_params.items()
        if name in FILTERS
    }
    return {"ids": BookRepository(db).find(criteria, page, min(size, 100))}
