from django import forms
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.http import require_POST
from ldap3 import SUBTREE, Connection, Server


class BadgeForm(forms.Form):
    badge = forms.RegexField(regex=r"\A[A-Z]{2}[0-9]{4}\Z", max_length=64)
    site = forms.ChoiceField(choices=[("north", "North"), ("south", "South")])


def look_up(badge, site):
    with Connection(Server("ldaps://ldap.example.org"), auto_bind=True) as link:
        link.search(
            search_base="ou={},dc=example,dc=org".format(site),
            search_filter=f"(&(employeeType=staff)(badgeNumber={badge}))",
            search_scope=SUBTREE,
            attributes=["displayName"],
        )
        return [str(e.displayName) for e in link.entries]


@login_required
@require_POST
def badge_holder(request):
    form = BadgeForm(request.POST)
    if form.is_valid():
        return JsonResponse({"names": look_up(**form.cleaned_data)})
    return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
