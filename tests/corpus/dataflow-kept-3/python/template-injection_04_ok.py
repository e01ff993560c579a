from typing import Annotated

from fastapi import Depends, FastAPI, Form
from fastapi.responses import PlainTextResponse
from jinja2 import DictLoader, Environment, TemplateNotFound

app = FastAPI()
LOADER = DictLoader({"short": "{{ total }} EUR", "long": "Amount due: {{ total }} EUR"})


class Receipts:
    def __init__(self):
        self.environment = Environment(loader=LOADER, autoescape=True)

    def pick(self, layout):
        try:
            return self.environment.get_template(layout)
        except TemplateNotFound:
            return self.environment.from_string(LOADER.mapping["short"])

    def render(self, layout, total):
        return self.pick(layout).render(total=f"{total:.2f}")


@app.post("/receipt", response_class=PlainTextResponse)
def receipt(
    total: Annotated[float, Form()],
    receipts: Annotated[Receipts, Depends()],
    layout: Annotated[str, Form(max_length=300)] = "long",
):
    return receipts.render(layout, total)
