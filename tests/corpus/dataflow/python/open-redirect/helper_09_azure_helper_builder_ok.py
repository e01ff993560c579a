from urllib.parse import quote


class Links:
    def __init__(self, base):
        self.base = base.rstrip("/")

    def build(self, topic):
        return self.base + "/topics/" + quote(topic, safe="")

    def index(self):
        return self.base + "/topics/"
