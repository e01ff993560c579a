"""Where text stands, and what it would have to hold to hurt there."""
