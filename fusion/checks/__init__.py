"""Checks: what holds in a repository's settings, its tree, its history and its packages, one module each.

A check's module is documented by its docstring, and defines one class with the members of `fusion.check.Check`.
"""
