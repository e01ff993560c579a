from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View


class ReturnMixin:
    field = "next"
    fallback = "dashboard"

    def requested(self):
        for source in (self.request.POST, self.request.GET):
            yield from source.getlist(self.field)

    def allowed(self, url):
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={self.request.get_host()}, require_https=True
        )

    def get_return_url(self):
        candidates = list(self.requested())
        if candidates and all(self.allowed(url) for url in candidates):
            return candidates[0]
        return reverse(self.fallback)


class DismissNoticeView(ReturnMixin, View):
    def get(self, request):
        return self.dismiss(request)

    def post(self, request):
        return self.dismiss(request)

    def dismiss(self, request):
        request.session["notice_seen"] = True
        return HttpResponseRedirect(self.get_return_url())
