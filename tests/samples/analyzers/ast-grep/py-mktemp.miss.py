handle, name = tempfile.mkstemp(suffix=".txt")
