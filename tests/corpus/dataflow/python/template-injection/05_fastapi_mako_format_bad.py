from fastapi import FastAPI
from mako.template import Template
from pydantic import BaseModel

app = FastAPI()
FRAME = "## {title}\nDear ${{customer | h}},\n${{text | h}}\n"


class Mail(BaseModel):
    title: str
    customer: str
    text: str


def compose(mail: Mail) -> str:
    source = FRAME.format(title=mail.title)
    template = Template(source)
    return template.render(**mail.model_dump())


@app.post("/mails")
def create(mail: Mail):
    text = compose(mail)
    return {"title": mail.title, "length": len(text), "text": text}
