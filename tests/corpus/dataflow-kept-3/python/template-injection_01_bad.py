from functools import partial

from flask import Flask, Response, render_template_string, request

app = Flask(__name__)
BANNER = "Welcome back, {{ visitor }}. You have {{ count }} open orders."


def banner_for(source, **values):
    return Response(render_template_string(source, **values), mimetype="text/plain")


def greeting(visitor):
    chosen = {"text": BANNER, "visitor": visitor}
    chosen["text"] = BANNER.replace("{{ visitor }}", visitor)
    return partial(banner_for, chosen.pop("text"), **chosen)


@app.get("/banner")
def banner():
    visitor = request.args.get("visitor", "guest")[:200]
    return greeting(visitor)(count=0)
