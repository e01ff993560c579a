from jinja2 import Environment, StrictUndefined

LETTERS = {
    "welcome": "Dear {{ name }},\n\n{{ note }}\n\nYour account is ready.\n",
    "reminder": "Dear {{ name }},\n\n{{ note }}\n\nYour invoice is due.\n",
}

_env = Environment(autoescape=True, undefined=StrictUndefined)


def render(source, **values):
    return _env.from_string(source).render(**values)
