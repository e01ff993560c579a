"""Modules, classes and functions: how they come into being, and what is made of them."""
