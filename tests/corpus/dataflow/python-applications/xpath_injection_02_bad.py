import xml.etree.ElementTree as ET
from pathlib import Path

from django.conf import settings
from django.http import Http404, JsonResponse
from django.views.decorators.http import require_GET

TIMETABLE = Path(settings.BASE_DIR) / "data" / "timetable.xml"


class Timetable:
    _tree = None

    @classmethod
    def tree(cls):
        if cls._tree is None:
            cls._tree = ET.parse(TIMETABLE)
        return cls._tree

    def departures(self, station):
        for trip in self.tree().iterfind(f"./line/trip[@from='{station}']"):
            yield trip.get("at")


def station_name(params):
    name = params.get("station", "").strip()
    if not name or '"' in name:
        raise Http404("no such station")
    return name


@require_GET
def departures(request):
    times = list(Timetable().departures(station_name(request.GET)))
    if not times:
        raise Http404("no such station")
    return JsonResponse({"departures": sorted(times)})
