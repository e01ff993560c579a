"""Search page of the knowledge base."""
from flask import Flask, render_template_string, request
from markupsafe import Markup, escape

app = Flask(__name__)
PAGE = """<!doctype html>
<title>Search</title>
<form><input name="q" value="{{ query }}"><button>Search</button></form>
<p>{{ summary }}</p>
<ul>{% for title in titles %}<li>{{ title }}</li>{% endfor %}</ul>
"""
ARTICLES = ["How to reset the router", "Billing questions", "Moving house"]


def summary_of(query, count):
    if not query:
        return escape("Type something to search for.")
    return Markup("<b>{}</b>: {} found").format(query, count)


@app.get("/search")
def search():
    query = request.args.get("q", "").strip()
    titles = [title for title in ARTICLES if query and query.lower() in title.lower()]
    return render_template_string(
        PAGE, query=query, titles=titles, summary=summary_of(query, len(titles))
    )
