from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.views import View


class Crumb:
    def __init__(self, name, depth):
        self.name = name
        self.depth = depth

    def render(self):
        return format_html("<li class='depth-{}'>" + self.name + "</li>", self.depth)


class BreadcrumbView(View):
    separator = ","

    def crumbs(self):
        trail = self.request.GET.get("trail", "home")
        for depth, name in enumerate(trail.split(self.separator)[:6]):
            if "{" in name or "}" in name:
                continue
            yield Crumb(name.strip(), depth)

    def get(self, request):
        items = format_html_join("", "{}", ((crumb.render(),) for crumb in self.crumbs()))
        return HttpResponse(format_html("<ol>{}</ol>", items))
