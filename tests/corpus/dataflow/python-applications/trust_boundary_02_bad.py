from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from members.accounts import accounts


class TeamSwitcher:
    session_key = "active_team"

    def __init__(self, request):
        self.request = request
        self.account = accounts.by_email(request.user.email)

    @property
    def wanted(self):
        return self.request.POST.get("team", "")

    def switch(self):
        for team in sorted(self.account.teams):
            if team.startswith(self.wanted) or self.wanted.startswith(team):
                self.request.session[self.session_key] = self.wanted
                break
        else:
            raise PermissionDenied()
        return self.request.session[self.session_key]


@login_required
@require_POST
def switch_team(request):
    switcher = TeamSwitcher(request)
    if switcher.account is None:
        raise PermissionDenied()
    switcher.switch()
    return JsonResponse({"switched": True})


@login_required
def team_budget(request):
    team = request.session.get(TeamSwitcher.session_key)
    return JsonResponse({"visible": team is not None})
