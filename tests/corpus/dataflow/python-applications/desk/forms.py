import re


class FormError(ValueError):
    pass


class Field:
    def __init__(self, default=""):
        self.default = default

    def clean(self, raw):
        return raw.strip()


class Slug(Field):
    pattern = re.compile(r"[a-z][a-z0-9_]{0,30}")

    def clean(self, raw):
        value = super().clean(raw)
        if self.pattern.fullmatch(value) is None:
            raise FormError("short name expected")
        return value


class Number(Field):
    def clean(self, raw):
        try:
            return int(raw)
        except ValueError:
            raise FormError("number expected") from None


class Form:
    fields = {}

    def __init__(self, data):
        self.data = data

    def cleaned(self):
        return {
            name: field.clean(self.data.get(name) or field.default)
            for name, field in self.fields.items()
        }
