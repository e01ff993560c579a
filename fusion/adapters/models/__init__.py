"""Endpoints that answer prompts without a language model's SDK, and what the answers of the others mean."""
