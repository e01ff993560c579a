from flask import Flask, render_template_string, request

app = Flask(__name__)

LAYOUT = "<!doctype html><title>Greeting</title><p>Hello {{ name }}, %s</p>"


@app.get("/greet")
def greet():
    name = request.args.get("name", "guest")
    tone = request.args.get("tone", "formal")
    if tone not in ("formal", "warm"):
        tone = "formal"
    page = LAYOUT % ("dear" if tone == "warm" else "sir or madam")
    return render_template_string(page, name=name)


@app.get("/plain")
def plain():
    return {"tones": ["formal", "warm"]}
