DIGITS = "0123456789"


class CodeMaker:
    def __init__(self, rng, length=8):
        self.rng = rng
        self.length = length

    def make(self):
        return "".join(self.rng.choice(DIGITS) for _ in range(self.length))
