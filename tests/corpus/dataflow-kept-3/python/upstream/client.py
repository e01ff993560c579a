import httpx

from upstream.settings import Upstream


class UpstreamClient:
    def __init__(self, settings=None):
        self.settings = settings or Upstream()

    def locate(self, item):
        raise NotImplementedError

    def quantity(self, item):
        answer = httpx.get(self.locate(item), timeout=self.settings.timeout)
        answer.raise_for_status()
        return int(answer.json().get("quantity", 0))
