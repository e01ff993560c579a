import yaml
def read(text):
    return yaml.load(text)
def read_more(text):
    return yaml.load(text, Loader=yaml.Loader)
