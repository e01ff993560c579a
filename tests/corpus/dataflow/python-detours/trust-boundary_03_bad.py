from collections import namedtuple

from django.http import HttpResponse
from django.urls import path

REGIONS = ("north", "south", "islands")
Choice = namedtuple("Choice", ["region", "fallback"])


class Selector:
    def __init__(self, request):
        self.session = request.session
        self.choice = Choice(
            region=request.headers.get("X-Region", "north"),
            fallback=request.GET.get("fallback", "north"),
        )

    def acceptable(self):
        return self.choice.fallback in REGIONS

    def remember(self):
        if not self.acceptable():
            return False
        self.session["region"] = self.choice.region
        return True


def select_region(request):
    if Selector(request).remember():
        return HttpResponse("saved", content_type="text/plain")
    return HttpResponse("unknown region", content_type="text/plain", status=400)


urlpatterns = [path("region/", select_region)]
