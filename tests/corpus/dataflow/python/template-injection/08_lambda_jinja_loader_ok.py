import json

import jinja2

SNIPPETS = {
    "base": "Hello {{ name }}. {% include 'footer' %}",
    "footer": "Yours, {{ sender }}",
}


def environment(extra):
    snippets = dict(SNIPPETS)
    snippets["notes"] = json.dumps(extra)
    loader = jinja2.FunctionLoader(lambda name: snippets.get(name))
    return jinja2.Environment(loader=loader, autoescape=True)


def handler(event, context):
    body = json.loads(event["body"])
    env = environment(str(body.get("footer", "")))
    text = env.get_template("base").render(name=body.get("name", ""), sender="the team")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps({"text": text}),
    }
