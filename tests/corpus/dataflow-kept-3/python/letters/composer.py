from jinja2 import Environment, StrictUndefined

environment = Environment(autoescape=True, undefined=StrictUndefined)

LAYOUT = "<p>Dear {{ name }},</p>%s<p>{{ signature }}</p>"
SLOT = "<p>{{ message }}</p>"


class Letter:
    def __init__(self, name):
        self.values = {"name": name, "signature": "The library"}
        self.middle = SLOT

    def with_message(self, message):
        self.values["message"] = message
        return self

    def with_middle(self, middle):
        self.middle = middle
        return self

    def render(self):
        return environment.from_string(LAYOUT % self.middle).render(self.values)
