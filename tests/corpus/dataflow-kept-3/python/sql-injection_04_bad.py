from typing import Annotated

from fastapi import Depends, FastAPI, Query
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

engine = create_engine("postgresql+psycopg://app@db/labels")
SessionLocal = sessionmaker(engine)
app = FastAPI()


def session():
    with SessionLocal() as current:
        yield current


def tags(tag: Annotated[list[str], Query(max_length=20)] = []):
    return [t.strip().casefold() for t in tag if t.strip()]


def clause(names):
    bound = {f"t{i}": name for i, name in enumerate(names)}
    return " OR ".join(f"tag = '{v}'" for v in bound.values()) or "true", bound


@app.get("/labels")
def labels(names: Annotated[list, Depends(tags)], db: Annotated[Session, Depends(session)]):
    where, bound = clause(names)
    query = text("SELECT id, tag FROM labels WHERE " + where)
    rows = db.execute(query)
    return {"labels": [{"id": row.id, "tag": row.tag} for row in rows]}
