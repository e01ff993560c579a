class RequestWrapper:
    def __init__(self, request):
        self.request = request

    def form_value(self, name):
        return self.request.form.get(name, "")

    def query_value(self, name):
        values = self.request.args.getlist(name)
        return values[0] if values else ""

    def constant(self, name):
        return "bar"


class Upper:
    def transform(self, value):
        return value.swapcase().swapcase()


class Ignoring:
    def transform(self, value):
        return "fixed"


def create_thing(kind="upper"):
    things = {"upper": Upper, "ignoring": Ignoring}
    return things[kind]()
