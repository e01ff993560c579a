from bottle import Bottle, request
from jinja2 import DictLoader, Environment, select_autoescape

TEMPLATES = {
    "profile.html": "<h1>{{ name }}</h1><p>{{ motto }}</p>",
    "profile.tmpl": "<h1>{{ name }}</h1><p>{{ motto }}</p>",
}

env = Environment(
    loader=DictLoader(TEMPLATES),
    autoescape=select_autoescape(enabled_extensions=("html", "xml"), default=False),
)
app = Bottle()


@app.get("/profile")
def profile():
    template = env.get_template("profile.html")
    return template.render(
        name=request.query.getunicode("name", "Nobody"),
        motto=request.query.getunicode("motto", ""),
    )


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=8081)
