"""What stands between the repository, a language model, and people: fenced prompts, strict replies, clean words. Pure.

`fence` shows a brief to a model as data, `replies` believes a reply only as far as its schema goes, `clean` lets through what
a model may say to people and `mermaid` what it may draw, and `schemas` makes the schemas that all endpoints take.
"""
