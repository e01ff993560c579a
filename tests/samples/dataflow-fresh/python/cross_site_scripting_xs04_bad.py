from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape

app = FastAPI()


@app.get("/search", response_class=HTMLResponse)
def search(q: str = "", page: int = 1):
    rows = [f"<li>result {i} (page {page})</li>" for i in range(10)]
    title = Markup("<h1>Results for %s</h1>" % q)
    return HTMLResponse(title + "".join(rows))
