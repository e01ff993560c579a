from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponse, HttpResponseBadRequest
from django.views import View


class DeskForm(forms.Form):
    desk = forms.ChoiceField(choices=[("billing", "Billing"), ("returns", "Returns")])
    shift = forms.ChoiceField(choices=[("day", "Day"), ("night", "Night")])


class DeskView(LoginRequiredMixin, View):
    keys = ("desk", "shift")

    def remember(self, values):
        for key in self.keys:
            self.request.session["agent_" + key] = values[key]

    def post(self, request):
        form = DeskForm(request.POST)
        if not form.data.get("desk") or not form.data.get("shift"):
            return HttpResponseBadRequest("desk and shift are required", content_type="text/plain")
        self.remember(form.data)
        return HttpResponse("saved", content_type="text/plain")
