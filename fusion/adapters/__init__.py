"""The ports on real ground: one module or package per vendor, and the public fakes in `fusion.adapters.memory.records`.

Only `fusion.runtime` imports the adapters, when it needs one; tests may import them all. Each adapter of a port passes the
port's contract suite in `tests/contract`.
"""
