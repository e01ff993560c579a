"""Changes: the text of a diff, its lines and anchors, names and edits, and which files are reviewed. Pure."""
