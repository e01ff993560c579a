"""Sales figures for the dashboard, computed from the nightly export."""
import pandas as pd
from django.conf import settings
from django.core.cache import cache
from django.http import JsonResponse
from django.views import View


def load_sales():
    frame = cache.get("sales-frame")
    if frame is None:
        frame = pd.read_parquet(settings.SALES_EXPORT)
        cache.set("sales-frame", frame, 600)
    return frame


class SalesByRegion(View):
    http_method_names = ["get"]

    def get(self, request):
        region = request.GET.get("region", "north")
        year = int(request.GET.get("year", 2024))
        sales = load_sales()
        try:
            rows = sales.query("region == @region and year == @year")
        except (SyntaxError, ValueError, pd.errors.UndefinedVariableError):
            return JsonResponse({"error": "cannot filter by that"}, status=400)
        per_month = rows.groupby("month")["amount"].sum()
        return JsonResponse({"year": year, "totals": per_month.to_dict()})
