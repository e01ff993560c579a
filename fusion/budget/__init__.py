"""What model calls cost: bounds and quotes before a call, reservations against caps, accounts and a report after it.

`tokens` bounds a prompt, `quote` prices it, `ladder` says what is given up when money is short, `book` keeps the accounts, and
`report` sums up what was spent. Money crosses the package's edge as a float in the budget's currency and is added up inside
as whole picounits (`money`), so that sums are exact in any order.
"""
