import logging
from urllib.parse import quote, urljoin

import requests

log = logging.getLogger(__name__)


class ServiceClient:
    base_url = ""

    def __init__(self, session=None, timeout=10):
        self._session = session or requests.Session()
        self._timeout = timeout

    def url(self, path):
        return urljoin(self.base_url, path)

    def segment_url(self, *segments):
        encoded = [quote(segment, safe="") for segment in segments]
        if any(segment in ("", ".", "..") for segment in encoded):
            raise ValueError("segment is empty")
        return self.base_url + "/".join(encoded)

    def headers(self):
        return {"Accept": "application/json"}
