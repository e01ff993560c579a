from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe


@dataclass
class Badge:
    label: str
    colour: str = "grey"

    @property
    def html(self):
        return mark_safe(f'<span class="badge {escape(self.colour)}">{self.label}</span>')


def badges(request):
    for raw in request.GET.getlist("badge")[:8]:
        label, found, colour = raw.partition(":")
        yield Badge(label, colour) if found else Badge(label)


def preview(request):
    body = format_html_join("\n", "<li>{}</li>", ((badge.html,) for badge in badges(request)))
    page = format_html("<html><body><ul>{}</ul></body></html>", body)
    return HttpResponse(page)
