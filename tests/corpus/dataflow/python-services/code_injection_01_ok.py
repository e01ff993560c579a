import logging

from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel, Field

from pricing.formulas import FormulaError, parse_arithmetic

log = logging.getLogger(__name__)
router = APIRouter(prefix="/pricing")


class PreviewRequest(BaseModel):
    formula: str = Field(min_length=1, max_length=400)
    base: float
    quantity: int = Field(ge=1, le=10_000)
    weight: float = 0.0


class PriceCalculator:
    def __init__(self, digits=2):
        self.digits = digits

    def price(self, formula, **variables):
        code = compile(parse_arithmetic(formula), "<formula>", "eval")
        value = eval(code, {"__builtins__": {}}, variables)
        return round(float(value), self.digits)


calculator = PriceCalculator()


@router.post("/preview")
def preview(body: PreviewRequest):
    try:
        total = calculator.price(
            body.formula,
            base=body.base,
            quantity=body.quantity,
            weight=body.weight,
        )
    except (FormulaError, ZeroDivisionError, TypeError, NameError):
        log.info("formula rejected")
        raise HTTPException(status_code=422, detail="formula cannot be used")
    return {"total": total}


app = FastAPI(title="pricing")
app.include_router(router)
