from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import mark_safe

HEAD = mark_safe("<!doctype html><title>Events</title>")


class Banner:
    def __init__(self, city, month):
        self.fields = [city, month]

    def render(self):
        self.fields.reverse()
        month, city = self.fields
        body = format_html("<h1>Events in {}</h1><p>" + "{}</p>", city, month)
        return HEAD + body


def events(request):
    city = request.GET.get("city", "Oslo").replace("{", "").replace("}", "")
    month = request.GET.get("month", "May")
    banner = Banner(city, month)
    response = HttpResponse(banner.render())
    response["Cache-Control"] = "no-store"
    return response


urlpatterns = [path("events/", events)]
