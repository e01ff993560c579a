import math
from typing import Protocol

from fastapi import APIRouter, Depends, FastAPI
from pydantic import BaseModel

router = APIRouter(prefix="/series")


class TransformRequest(BaseModel):
    operation: str
    values: list[float]


class Catalogue(Protocol):
    def source_of(self, name: str) -> str: ...


class BuiltinCatalogue:
    IDENTITY = "lambda v: v"

    def __init__(self):
        self._sources = {
            "square": "lambda v: v * v",
            "log": "lambda v: math.log(v)",
            "negate": "lambda v: -v",
        }

    def source_of(self, name: str) -> str:
        return self._sources.get(name, name)


class Compiler:
    def __init__(self, catalogue: Catalogue):
        self.catalogue = catalogue
        self._cache = {}

    def function(self, name):
        if name not in self._cache:
            code = compile(self.catalogue.source_of(name), "<series>", "eval")
            self._cache[name] = eval(code, {"math": math})
        return self._cache[name]


class SeriesService:
    def __init__(self, compiler: Compiler):
        self.compiler = compiler

    def apply(self, order: TransformRequest):
        fn = self.compiler.function(order.operation)
        return [fn(v) for v in order.values]


def get_service():
    return SeriesService(Compiler(BuiltinCatalogue()))


@router.post("/transform")
async def transform(order: TransformRequest, service: SeriesService = Depends(get_service)):
    return {"values": service.apply(order)}


app = FastAPI()
app.include_router(router)
