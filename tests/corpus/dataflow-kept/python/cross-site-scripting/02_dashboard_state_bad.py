"""Dashboard page; the first state of the view is embedded in the page."""
import html

from fastapi import FastAPI, Query
from fastapi.responses import HTMLResponse

from helper_02_dashboard_state_bad import embed

app = FastAPI()
PAGE = """<!doctype html>
<html lang="{language}">
<head><title>{title}</title></head>
<body>
<div id="app"></div>
<script>window.initialState = {state};</script>
<script src="/static/app.js"></script>
</body>
</html>
"""
LANGUAGES = ("en", "de", "fr")


@app.get("/dashboard", response_class=HTMLResponse)
def dashboard(
    view: str = "overview",
    label: list[str] = Query(default=[]),
    language: str = "en",
):
    state = {"view": view, "labels": sorted(set(label))}
    return PAGE.format(
        language=language if language in LANGUAGES else "en",
        title=html.escape(view),
        state=embed(state),
    )
