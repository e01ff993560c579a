"""Scans of whole repositories for compliance: what is assessed, what is taken over, when, and what an account makes of it."""
