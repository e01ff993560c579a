import html

from fastapi import FastAPI, Form
from fastapi.responses import HTMLResponse

app = FastAPI()
COMMENTS: list[tuple[str, str]] = []


def row(author: str, text: str) -> str:
    quoted = html.unescape(html.escape(text))
    return f"<li><b>{html.escape(author)}</b>: {quoted}</li>"


@app.post("/comments", response_class=HTMLResponse)
async def add(author: str = Form(), text: str = Form()):
    COMMENTS.append((author, text))
    items = "\n".join(row(*pair) for pair in COMMENTS)
    return f"<!doctype html><ul>{items}</ul>"


@app.get("/comments/count")
async def count():
    return {"count": len(COMMENTS)}
