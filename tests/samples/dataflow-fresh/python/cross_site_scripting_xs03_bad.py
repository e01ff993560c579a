from django.http import HttpResponse
from django.utils.html import format_html, escape
from django.utils.safestring import mark_safe


def badge(text):
    return mark_safe(f"<span class='badge'>{text}</span>")


def page(request):
    label = request.GET.get("label", "none")
    body = "<h1>Page</h1>" + badge(label)
    return HttpResponse(body)
