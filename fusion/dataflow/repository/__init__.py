"""The files that an analysis may look at, and which of them imports mean."""
