from datetime import date

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import models
from django.http import JsonResponse
from django.views.generic import View


class Invoice(models.Model):
    number = models.CharField(max_length=20)
    memo = models.TextField(blank=True)
    issued = models.DateField(default=date.today)
    owner_id = models.IntegerField()

    class Meta:
        app_label = "billing"


class InvoiceFinder:
    def __init__(self, owner_id):
        self.queryset = Invoice.objects.filter(owner_id=owner_id)

    def with_memo(self, words):
        for word in words:
            needle = word.strip().lower()
            self.queryset = self.queryset.extra(where=["lower(memo) = %s"], params=[needle])
        return self

    def since(self, year):
        self.queryset = self.queryset.filter(issued__year__gte=year)
        return self

    def numbers(self):
        return list(self.queryset.values_list("number", flat=True)[:100])


class InvoiceSearchView(LoginRequiredMixin, View):
    def get(self, request):
        words = request.GET.get("q", "").split(",")
        year = int(request.GET.get("year", "2000"))
        finder = InvoiceFinder(request.user.pk).since(year)
        return JsonResponse({"invoices": finder.with_memo(words).numbers()})
