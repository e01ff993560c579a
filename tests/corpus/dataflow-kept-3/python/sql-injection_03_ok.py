from django import forms
from django.db import models
from django.http import JsonResponse
from django.views import View


class Ticket(models.Model):
    subject = models.CharField(max_length=200)
    queue = models.CharField(max_length=40)
    opened = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "helpdesk"


class TicketSearchForm(forms.Form):
    text = forms.CharField(max_length=80)
    page = forms.IntegerField(min_value=1, required=False)

    def clean_text(self):
        return " ".join(self.cleaned_data["text"].split())


class TicketSearchView(View):
    page_size = 25

    def get_queryset(self, text):
        return Ticket.objects.extra(where=["lower(queue) = lower(%s)"], params=[text])

    def get(self, request):
        form = TicketSearchForm(request.GET)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
        page = form.cleaned_data["page"] or 1
        start = (page - 1) * self.page_size
        found = self.get_queryset(form.cleaned_data["text"])[start:start + self.page_size]
        return JsonResponse({"tickets": list(found.values("id", "subject", "queue"))})
