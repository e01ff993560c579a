from django.http import HttpResponse
from django.views.generic import RedirectView


class Leave(RedirectView):
    permanent = False
    known = {"docs": "https://docs.example.com/", "wiki": "https://wiki.example.com/"}

    def get_redirect_url(self, *args, **kwargs):
        name = self.request.GET.get("site", "docs")
        return self.known.get(name) or self.known["docs"]
