import markdown
import markdown2
import mistune
import nh3
from flask import Flask, request
from markdown_it import MarkdownIt

app = Flask(__name__)


@app.get("/made-after-cleaning")
def made_after_cleaning():
    return markdown.markdown(nh3.clean(request.args["text"]))  # expect: cross-site-scripting


@app.get("/cleaned-after-making")
def cleaned_after_making():
    return nh3.clean(markdown.markdown(request.args["text"]))


@app.get("/another-after-cleaning")
def another_after_cleaning():
    return markdown2.markdown(nh3.clean(request.args["text"]))  # expect: cross-site-scripting


@app.get("/third-after-cleaning")
def third_after_cleaning():
    return MarkdownIt().render(nh3.clean(request.args["text"]))  # expect: cross-site-scripting


@app.get("/escaped")
def escaped():
    return mistune.markdown(request.args["text"])


@app.get("/in-safe-mode")
def in_safe_mode():
    return markdown2.markdown(request.args["text"], safe_mode="escape")


@app.get("/number")
def number():
    return markdown.markdown(str(int(request.args["number"])))
