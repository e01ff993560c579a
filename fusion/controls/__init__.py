"""Controls of security standards: catalogues as data, which checks give evidence towards them, and what that evidence says."""
