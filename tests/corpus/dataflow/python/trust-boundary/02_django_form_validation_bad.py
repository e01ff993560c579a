from django import forms
from django.http import JsonResponse
from django.views.decorators.http import require_POST


class RegionForm(forms.Form):
    region = forms.ChoiceField(choices=[("north", "North"), ("south", "South")])


@require_POST
def choose_region(request):
    form = RegionForm(request.POST)
    if not form.is_valid():
        return JsonResponse(form.errors, status=400)
    region = request.POST.get("other_region") or form.cleaned_data["region"]
    request.session["region"] = region
    return JsonResponse({"stored": True})


def current_region(request):
    return JsonResponse({"region": request.session.get("region", "north")})
