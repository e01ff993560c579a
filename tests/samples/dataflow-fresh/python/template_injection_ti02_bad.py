from jinja2 import Environment, BaseLoader, select_autoescape
from flask import Blueprint, request

mails = Blueprint("mails", __name__)
env = Environment(loader=BaseLoader(), autoescape=select_autoescape())
TEMPLATES = {"welcome": "Hello {{ who }}", "bye": "Bye {{ who }}"}


@mails.post("/preview")
def preview():
    data = request.get_json()
    source = TEMPLATES.get(data["name"]) or data["source"]
    return env.from_string(source).render(who=data.get("who"))
