"""Friendly error pages of the campaign site."""
from flask import Flask, render_template_string, request

app = Flask(__name__)
LAYOUT = """<!doctype html>
<title>{{ code }}</title>
<h1>{{ heading }}</h1>
%s
<p><a href="/">Back to the start page</a></p>
"""


def page(code, heading, detail, **context):
    return render_template_string(LAYOUT % detail, code=code, heading=heading, **context), code


@app.errorhandler(404)
def not_found(error):
    campaign = request.args.get("campaign", "")
    detail = "<p>Campaign {} was not found.</p>".format(campaign.replace("<", "&lt;"))
    return page(404, "Nothing here", detail)


@app.errorhandler(405)
def wrong_method(error):
    return page(405, "Not like that", "<p>This address does not take {{ method }}.</p>", method=request.method)


@app.get("/")
def home():
    return page(200, "Summer campaign", "<p>Welcome!</p>")
