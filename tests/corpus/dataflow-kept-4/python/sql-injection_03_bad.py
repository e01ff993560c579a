from django.db import connection
from django.http import HttpResponseBadRequest, JsonResponse
from django.views.decorators.http import require_GET

COLUMNS = ("id", "plate", "mileage")


def vehicles(idents):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s FROM fleet_vehicle WHERE id IN (%s) ORDER BY id"
            % (", ".join(COLUMNS), ",".join(idents))
        )
        return [dict(zip(COLUMNS, row)) for row in cursor.fetchall()]


@require_GET
def compare(request):
    idents = [part.strip() for part in request.GET.get("ids", "").split(",")]
    if len(idents) > 10:
        return HttpResponseBadRequest("too many vehicles")
    if not any(ident.isdecimal() for ident in idents):
        return HttpResponseBadRequest("vehicles are numbered")
    found = vehicles(idents)
    longest = max((row["mileage"] for row in found), default=0)
    return JsonResponse({"vehicles": found, "longest": longest})
