"""Lead scoring: a set of minimum values is compiled into one predicate."""
import math

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()


class FilterSpec(BaseModel):
    minimums: dict[str, str]


class Predicate:
    def __init__(self):
        self.clauses = []

    def at_least(self, field, minimum):
        self.clauses.append(f"row.get({field!r}, 0) >= {minimum}")
        return self

    def build(self):
        source = " and ".join(self.clauses) or "True"
        return eval(compile("lambda row: " + source, "<filter>", "eval"))


def number(text):
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


@app.post("/leads/count")
def count_leads(spec: FilterSpec):
    predicate = Predicate()
    try:
        for field, minimum in spec.minimums.items():
            predicate.at_least(field, number(minimum))
        keep = predicate.build()
    except (SyntaxError, ValueError) as exc:
        raise HTTPException(status_code=422, detail="not a number") from exc
    return {"count": sum(1 for row in LEADS if keep(row))}


LEADS = [{"score": 12, "visits": 4}, {"score": 55, "visits": 9}]
