"""Methods of the languages' own values."""
