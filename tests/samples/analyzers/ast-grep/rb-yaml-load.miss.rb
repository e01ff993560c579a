config = YAML.safe_load(text)
