"""Data-flow analysis: which path hostile data takes, from where it enters to where it hurts.

Front ends (`frontends/`) turn a file into a small language-neutral form (`ir`); one solver (`solver/`) runs that form on
abstract values; what libraries do is data (`knowledge/`). Nothing here executes or imports what it reads.
"""
