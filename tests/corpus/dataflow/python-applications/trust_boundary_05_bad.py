import os

from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

PLANS = {"free": 1, "team": 10, "company": 100}
VERIFIED_PARTNERS = frozenset(os.environ.get("PARTNERS", "").split())


class SeatPolicy:
    def __init__(self, session):
        self.session = session

    def store(self, **facts):
        for name, value in facts.items():
            self.session[f"seat_{name}"] = value

    @property
    def limit(self):
        return self.session.get("seat_limit", 1)


@method_decorator(never_cache, name="dispatch")
class PlanView(View):
    def post(self, request):
        plan = request.POST.get("plan", "free")
        partner = request.headers.get("X-Partner", "")
        if plan not in PLANS:
            return JsonResponse({"error": "unknown plan"}, status=422)
        facts = {"limit": PLANS[plan], "partner": partner}
        SeatPolicy(request.session).store(**facts)
        return JsonResponse({"seats": PLANS[plan]})

    def get(self, request):
        policy = SeatPolicy(request.session)
        bonus = 5 if request.session.get("seat_partner") else 0
        return JsonResponse({"seats": policy.limit + bonus})
