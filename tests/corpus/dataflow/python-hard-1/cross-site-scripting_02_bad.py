from django.http import HttpResponse
from django.urls import path
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import mark_safe
from django.views import View


class TagPresenter:
    def __init__(self, raw, position):
        self.raw = raw
        self.position = position

    @property
    def label(self):
        short = strip_tags(self.raw)[:40]
        return mark_safe(short)

    @property
    def css(self):
        return "odd" if self.position % 2 else "even"


class TagSelection:
    def __init__(self, names):
        self.names = names

    def __iter__(self):
        for position, name in enumerate(self.names):
            yield TagPresenter(name, position)


class TagCloud:
    row = '<li class="{}" title="{}">#</li>'

    def __init__(self, selection):
        self.selection = selection

    def html(self):
        return format_html_join("\n", self.row, ((t.css, t.label) for t in self.selection))


class TagCloudView(View):
    http_method_names = ["get"]

    def get(self, request):
        selection = TagSelection(request.GET.getlist("tag"))
        body = format_html("<ul>{}</ul>", TagCloud(selection).html())
        return HttpResponse(body)


urlpatterns = [path("tags/", TagCloudView.as_view(), name="tags")]
