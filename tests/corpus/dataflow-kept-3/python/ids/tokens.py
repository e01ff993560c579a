import string


class TokenFactory:
    alphabet = string.ascii_letters + string.digits

    def __init__(self, source, length=32):
        self.source = source
        self.length = length

    def __call__(self):
        return "".join(self.source.choice(self.alphabet) for _ in range(self.length))
