"""Looks at each service of Azure that an installation depends on, from where it runs: reached, permitted, made as it must be.

Each module knows one service. Nothing that hosts work with is changed: what is written for a probe is deleted at once, and no
message is sent or taken. A look never raises for what it finds; it tells.
"""
