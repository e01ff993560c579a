from django import forms
from django.http import HttpResponse, HttpResponseBadRequest
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import mark_safe
from django.views import View


class PreviewForm(forms.Form):
    heading = forms.CharField(max_length=120)
    website = forms.URLField(required=False, assume_scheme="https")
    rating = forms.IntegerField(min_value=1, max_value=5)


class PreviewView(View):
    def stars(self, count):
        return format_html_join("", "<i>{}</i>", (("*",) for _ in range(count)))

    def card(self, heading, rating, website):
        shown = heading.strip() or strip_tags(website)
        title = format_html("<h2>{}</h2>", shown)
        return format_html("<article>{}{}</article>", title, self.stars(rating))

    def post(self, request):
        form = PreviewForm(request.POST)
        if not form.is_valid():
            return HttpResponseBadRequest("check the form", content_type="text/plain")
        return HttpResponse(self.card(**form.cleaned_data))
