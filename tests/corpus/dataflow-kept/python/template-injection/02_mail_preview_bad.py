"""Preview of newsletter texts that editors write themselves."""
from jinja2 import Environment, StrictUndefined, TemplateError

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

app = FastAPI()
environment = Environment(autoescape=True, undefined=StrictUndefined)

SAMPLE = {"first_name": "Robin", "city": "Bergen", "order_number": "1042"}


class Draft(BaseModel):
    subject: str
    body: str


def fill(text, values):
    return environment.from_string(text).render(values)


@app.post("/newsletters/preview", response_class=PlainTextResponse)
def preview(draft: Draft):
    try:
        subject = fill(draft.subject, SAMPLE)
        body = fill(draft.body, SAMPLE)
    except TemplateError as exc:
        raise HTTPException(status_code=422, detail="unknown placeholder") from exc
    return f"Subject: {subject}\n\n{body}"
