from django.utils.html import format_html
from django.utils.safestring import mark_safe


def badge(text, colour):
    return mark_safe('<span class="badge badge-%s">%s</span>' % (colour, text))


def label(text, colour):
    return format_html('<span class="badge badge-{}">{}</span>', colour, text)
