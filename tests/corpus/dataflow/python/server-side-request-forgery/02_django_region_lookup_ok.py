import json
from urllib.request import urlopen

from django.http import JsonResponse

REGIONS = {
    "eu": "https://eu.example.com/stock",
    "us": "https://us.example.com/stock",
}


def stock(request):
    region = request.GET.get("region", "eu")
    address = REGIONS.get(region, REGIONS["eu"])
    try:
        with urlopen(address, timeout=4) as reply:
            levels = json.load(reply)
    except (OSError, ValueError):
        return JsonResponse({"error": "stock unavailable"}, status=502)
    return JsonResponse({"levels": levels})


def regions(request):
    return JsonResponse({"regions": sorted(REGIONS)})
