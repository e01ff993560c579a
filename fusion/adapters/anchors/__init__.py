"""Places outside of the ledger where the heads of chains are kept: a timestamp authority, an immutable container, a folder."""
