import string
from abc import ABC, abstractmethod

from jinja2 import Environment


class TextEngine(ABC):
    @abstractmethod
    def render(self, text, values):
        ...


class TemplateEngine(TextEngine):
    def __init__(self):
        self._environment = Environment(autoescape=True)

    def render(self, text, values):
        return self._environment.from_string(text).render(values)


class PlaceholderEngine(TextEngine):
    def render(self, text, values):
        return string.Template(text).safe_substitute(values)
