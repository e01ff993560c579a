config = YAML.load(text)
