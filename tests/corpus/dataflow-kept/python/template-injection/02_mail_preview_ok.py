"""Preview of newsletter texts that editors write themselves."""
from string import Template

from fastapi import FastAPI, HTTPException
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel

app = FastAPI()

SAMPLE = {"first_name": "Robin", "city": "Bergen", "order_number": "1042"}


class Draft(BaseModel):
    subject: str
    body: str


def fill(text, values):
    return Template(text).substitute(values)


@app.post("/newsletters/preview", response_class=PlainTextResponse)
def preview(draft: Draft):
    try:
        subject = fill(draft.subject, SAMPLE)
        body = fill(draft.body, SAMPLE)
    except (KeyError, ValueError) as exc:
        raise HTTPException(status_code=422, detail="unknown placeholder") from exc
    return f"Subject: {subject}\n\n{body}"
