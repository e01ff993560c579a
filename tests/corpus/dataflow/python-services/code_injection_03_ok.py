import logging

from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View

from backoffice.forms import SalesForm
from backoffice.models import Sale

log = logging.getLogger(__name__)


class Report:
    def __init__(self, rows):
        self.rows = list(rows)

    def sorted_by(self, column, descending=False):
        key = eval("lambda sale: sale.%s" % column)
        return sorted(self.rows, key=key, reverse=descending)


@method_decorator(login_required, name="dispatch")
class SalesReportView(View):
    form_class = SalesForm
    page_size = 100

    def get_queryset(self, year):
        return Sale.objects.filter(created__year=year)[: self.page_size]

    def get(self, request):
        form = self.form_class(request.GET)
        if not form.is_valid():
            return JsonResponse({"errors": "check the query"}, status=400)
        data = form.cleaned_data
        report = Report(self.get_queryset(data["year"]))
        try:
            sales = report.sorted_by(data["column"], data["descending"])
        except (AttributeError, SyntaxError):
            log.warning("report for %d could not be sorted", data["year"])
            return JsonResponse({"errors": "check the column"}, status=400)
        return JsonResponse(
            {"sales": [{"id": sale.pk, "total": str(sale.total)} for sale in sales]}
        )
