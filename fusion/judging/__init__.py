"""Judging: reports and the ledger in, a review and the next ledger out. Pure and deterministic."""
