"""Dashboards, alerts and the page about metrics, made of the lists. No host needs any of it."""
