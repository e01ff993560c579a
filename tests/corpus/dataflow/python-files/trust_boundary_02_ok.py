from django.http import JsonResponse
from django.views import View

LEVELS = ("reader", "writer")


class LevelView(View):
    def post(self, request):
        levels = request.POST.getlist("level")
        chosen = [level for level in levels if level in LEVELS]
        request.session["level"] = chosen[0] if chosen else "reader"
        return JsonResponse({"levels": len(levels)})
