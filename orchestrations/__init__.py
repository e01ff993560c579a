"""Orchestrations: durabletask generators, the same on Azure and embedded, and the activities they call."""
