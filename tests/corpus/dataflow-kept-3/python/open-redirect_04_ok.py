from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from fastapi.responses import RedirectResponse

app = FastAPI()
PARTNERS = {"maps": "https://maps.partner.example/", "rail": "https://rail.partner.example/"}


@dataclass
class Exit:
    partner: Annotated[str, Query(max_length=200)] = "maps"

    def __post_init__(self):
        self.options = dict(PARTNERS)
        self.options.setdefault("self", self.partner)

    def address(self):
        if self.partner == "self":
            return PARTNERS["maps"]
        return self.options.get(self.partner, PARTNERS["maps"])


@app.get("/out")
def out(leaving: Annotated[Exit, Depends()]):
    return RedirectResponse(leaving.address(), status_code=302)
