"""The evidence ledger: what was found is sealed into chains of signed links, and whoever has the files and a key can verify it.

`links` says what a link is, `seal` appends one, `verify` judges a whole chain without any I/O, `anchoring` keeps heads outside,
`bundle` and `export` carry chains to somebody else. docs/evidence.md has the formats and the threats.
"""
