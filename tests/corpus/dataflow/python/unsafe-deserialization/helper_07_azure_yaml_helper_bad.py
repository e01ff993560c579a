import yaml


class Reader:
    def __init__(self, raw):
        self._raw = raw

    @property
    def steps(self):
        try:
            documents = list(yaml.load_all(self._raw, Loader=yaml.Loader))
        except yaml.YAMLError as exc:
            raise ValueError("the file cannot be read") from exc
        return [step for document in documents for step in document.get("steps", [])]
