from pathlib import Path

import pandas as pd
from litestar import Litestar, get
from litestar.exceptions import ValidationException

SALES = Path("/srv/warehouse/sales.parquet")
COLUMNS = ("amount", "discount", "quantity")


def load_sales() -> pd.DataFrame:
    return pd.read_parquet(SALES, columns=list(COLUMNS))


@get("/sales/count", sync_to_thread=True)
def count_sales(column: str, minimum: str) -> dict[str, int]:
    if column not in COLUMNS:
        raise ValidationException("unknown column")
    frame = load_sales()
    limit = float(minimum.strip() or "0")
    chosen = frame.query(f"{column} >= {limit!r}", engine="python")
    return {"rows": len(chosen)}


@get("/sales/columns", sync_to_thread=False)
def list_columns() -> list[str]:
    return list(COLUMNS)


app = Litestar(route_handlers=[count_sales, list_columns])
