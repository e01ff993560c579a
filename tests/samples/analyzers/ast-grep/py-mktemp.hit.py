name = tempfile.mktemp(suffix=".txt")
