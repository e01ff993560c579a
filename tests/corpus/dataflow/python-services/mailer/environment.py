from jinja2 import Environment, StrictUndefined

SIGNATURE = "\n\nThe {{ company }} team"


def build_environment():
    return Environment(autoescape=True, undefined=StrictUndefined)
