from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("postgresql+psycopg://catalog@db/catalog")
app = FastAPI()


def database():
    with Session(engine) as session:
        yield session


class Filter:
    def __init__(
        self,
        term: Annotated[str, Query(max_length=60)] = "",
        limit: Annotated[int, Query(ge=1, le=50)] = 20,
    ):
        self.term = term
        self.limit = limit

    @property
    def pattern(self):
        escaped = self.term.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"%{escaped}%"


@app.get("/books")
def books(wanted: Annotated[Filter, Depends()], session: Annotated[Session, Depends(database)]):
    statement = text(
        "SELECT id, title FROM books "
        f"WHERE title ILIKE '{wanted.pattern}' ORDER BY title LIMIT :count"
    )
    rows = session.execute(statement, {"count": wanted.limit})
    return [{"id": row.id, "title": row.title} for row in rows]
