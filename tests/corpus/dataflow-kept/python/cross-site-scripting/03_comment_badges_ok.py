"""Template tags of the guest book."""
from django import template
from django.db import models
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST

register = template.Library()


class Entry(models.Model):
    author = models.CharField(max_length=60)
    site = models.URLField(blank=True)
    text = models.TextField()


@register.filter
def byline(entry):
    author = format_html("{}", entry.author)
    if entry.text.startswith("!"):
        author = format_html("<em>{}</em>", author)
    return mark_safe('<span class="by">' + author + "</span>")


@register.filter
def excerpt(entry):
    return format_html("<q>{}</q>", entry.text[:120])


@require_POST
def sign(request):
    Entry.objects.create(
        author=request.POST.get("author", "")[:60],
        text=request.POST.get("text", ""),
    )
    return redirect("guest-book")


def preview(request):
    entry = Entry(author=request.GET.get("author", ""), text=request.GET.get("text", ""))
    return render(request, "preview.html", {"line": byline(entry), "text": excerpt(entry)})
