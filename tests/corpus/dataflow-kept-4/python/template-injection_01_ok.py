from fastapi import FastAPI, Form
from fastapi.responses import PlainTextResponse
from jinja2 import Environment

app = FastAPI()
env = Environment(autoescape=True)

LAYOUT = """[greeting]

Your order {{ order }} was received on {{ day }}.

{{ company }}
"""

SAMPLE = {"order": "A-1001", "day": "2024-03-01", "company": "Northwind Garden"}


def preview(greeting):
    draft = env.from_string(LAYOUT).render(SAMPLE)
    return draft.replace("[greeting]", greeting)


@app.post("/mailings/preview", response_class=PlainTextResponse)
def show_preview(greeting: str = Form("Dear customer,", max_length=400)):
    return PlainTextResponse(preview(greeting.strip()))
