"""Shops near a point; the distance is computed by the database."""
from django.db import models
from django.db.models.expressions import RawSQL
from django.http import JsonResponse

DISTANCE = "earth_distance(ll_to_earth(lat, lon), ll_to_earth(%s, %s))"


class ShopQuerySet(models.QuerySet):
    def with_distance(self, *point):
        return self.annotate(distance=RawSQL(DISTANCE % point, ()))


class Shop(models.Model):
    name = models.CharField(max_length=80)
    lat = models.FloatField()
    lon = models.FloatField()
    open_on_sunday = models.BooleanField(default=False)

    objects = ShopQuerySet.as_manager()


def nearby(request):
    lat = request.GET.get("lat")
    lon = request.GET.get("lon")
    if not lat or not lon:
        return JsonResponse({"error": "lat and lon are required"}, status=400)
    shops = Shop.objects.with_distance(lat, lon).order_by("distance")
    if request.GET.get("sunday") == "1":
        shops = shops.filter(open_on_sunday=True)
    return JsonResponse(
        {"shops": [{"name": s.name, "metres": round(s.distance)} for s in shops[:20]]}
    )
