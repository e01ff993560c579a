import operator

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()

OPERATORS = {"add": operator.add, "sub": operator.sub, "mul": operator.mul}


class Sum(BaseModel):
    name: str
    left: float
    right: float


@app.post("/calc")
def calc(item: Sum):
    scope = {}
    scope.update(OPERATORS)
    try:
        result = scope[item.name](item.left, item.right)
    except KeyError:
        raise HTTPException(status_code=422, detail="unknown operator")
    return {"result": result}
