import logging

from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import path

from profiles.views import HostReturnView

log = logging.getLogger(__name__)

LANGUAGES = {"en": "English", "de": "Deutsch", "fr": "Français"}


class LanguageView(LoginRequiredMixin, HostReturnView):
    http_method_names = ["post"]
    fallback = "/profile/language/"

    def work(self, request):
        code = request.POST.get("language", "en")
        if code not in LANGUAGES:
            raise ValueError("language is not known")
        profile = request.user.profile
        profile.language = next(known for known in LANGUAGES if known == code)
        profile.save(update_fields=["language"])

    def post(self, request):
        try:
            self.work(request)
        except ValueError:
            log.info("language was not changed")
            return JsonResponse({"error": "language is not known"}, status=400)
        return HttpResponseRedirect(self.return_url(request.POST.get("return")))


urlpatterns = [path("profile/language/set", LanguageView.as_view(), name="set-language")]
