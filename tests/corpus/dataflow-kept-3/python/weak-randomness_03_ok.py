import random
import secrets

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import models
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from ids.clock import ticks


class Invitation(models.Model):
    email = models.EmailField()
    token = models.CharField(max_length=64, unique=True)

    class Meta:
        app_label = "teams"


class InvitationForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email"]

    def save(self, commit=True):
        invitation = super().save(commit=False)
        generator = secrets.SystemRandom(ticks())
        invitation.token = f"{generator.getrandbits(256):064x}"
        if commit:
            invitation.save()
        return invitation


@login_required
@require_POST
def invite(request):
    form = InvitationForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors.get_json_data()}, status=400)
    form.save()
    return JsonResponse({"invited": True}, status=201)
