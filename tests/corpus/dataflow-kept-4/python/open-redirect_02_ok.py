from urllib.parse import urlsplit

from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

SHOP_HOST = "shop.meadow.example"


class LogoutView(View):
    fallback = "/goodbye/"

    def allowed_hosts(self, target):
        return {SHOP_HOST, urlsplit(self.fallback).netloc}

    def next_page(self):
        target = self.request.GET.get("next") or self.fallback
        if url_has_allowed_host_and_scheme(
            target, allowed_hosts=self.allowed_hosts(target), require_https=True
        ):
            return target
        return self.fallback

    def get(self, request, *args, **kwargs):
        page = self.next_page()
        logout(request)
        return HttpResponseRedirect(page)
