import logging

from django.http import HttpResponse, JsonResponse
from django.views.generic import FormView

from profiles.forms import GreetingForm
from profiles.markup import badge

log = logging.getLogger(__name__)


class GreetingPreview(FormView):
    """The fragment that the profile page shows while somebody types."""

    form_class = GreetingForm
    http_method_names = ["get"]
    default_colour = "blue"

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        kwargs["data"] = self.request.GET
        return kwargs

    def get(self, request, *args, **kwargs):
        form = self.get_form()
        if form.is_valid():
            return self.form_valid(form)
        return self.form_invalid(form)

    def form_valid(self, form):
        colour = form.cleaned_data["colour"] or self.default_colour
        fragment = badge(form.cleaned_data["nickname"], colour)
        return HttpResponse(fragment, headers={"X-Fragment": "greeting"})

    def form_invalid(self, form):
        log.info("greeting preview with %d errors", len(form.errors))
        return JsonResponse({"fields": sorted(form.fields)}, status=400)
