from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views import View


class Badge:
    def __init__(self, colour, label):
        self.colour = colour
        self.label = label

    def render(self):
        markup = '<span class="badge {}">{}</span>'
        return format_html(markup, self.colour, self.label)


class BadgeView(View):
    colours = {"r": "red", "g": "green"}

    def get(self, request):
        colour = self.colours.get(request.GET.get("colour"), "grey")
        badge = Badge(colour, request.GET.get("label", ""))
        return HttpResponse(badge.render())
