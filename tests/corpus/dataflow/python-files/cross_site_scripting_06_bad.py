from django.http import HttpResponse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe


def wrap(text, *, tag="li", finish=escape):
    return format_html("<{0}>{1}</{0}>", mark_safe(tag), finish(text))


def tags(request):
    wanted = request.GET.getlist("tag")
    rows = []
    for index, tag in enumerate(wanted):
        rows.append(wrap(tag, finish=mark_safe if index else escape))
    return HttpResponse("<ul>" + "".join(rows) + "</ul>")
