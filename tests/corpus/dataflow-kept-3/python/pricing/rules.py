import operator

OPERATIONS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "min": min,
    "max": max,
}


class Rule:
    def __init__(self, name):
        self.name = name
        self.source = None

    def evaluate(self, left, right):
        raise NotImplementedError


class TableRule(Rule):
    def evaluate(self, left, right):
        return OPERATIONS[self.name](left, right)


class TextRule(Rule):
    def __init__(self, name):
        super().__init__(name)
        self.source = compile(f"{name}(left, right)", "<rule>", "eval")

    def evaluate(self, left, right):
        return eval(self.source, dict(OPERATIONS), {"left": left, "right": right})
