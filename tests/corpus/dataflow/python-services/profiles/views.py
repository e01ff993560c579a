from urllib.parse import urlsplit

from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

HOSTS = ("shop.example", "help.shop.example")


class ReturnView(View):
    """Goes back to where somebody came from, once the work is done."""

    fallback = "/profile/"

    def is_allowed(self, url):
        raise NotImplementedError

    def work(self, request):
        raise NotImplementedError

    def return_url(self, url):
        if url and self.is_allowed(url):
            return url
        return self.fallback


class SuffixReturnView(ReturnView):
    def is_allowed(self, url):
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "https" and host.endswith(HOSTS)


class HostReturnView(ReturnView):
    def is_allowed(self, url):
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts=set(HOSTS), require_https=True
        )
