from django.contrib.auth import authenticate, login
from django.http import HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View


class SignInView(View):
    fallback = "/account/"

    def destination(self, request):
        wanted = request.GET.get("next", "")
        local = "/" + wanted.lstrip("/")
        if url_has_allowed_host_and_scheme(local, allowed_hosts=None, require_https=True):
            return wanted
        return self.fallback

    def post(self, request):
        user = authenticate(
            request,
            username=request.POST.get("username", ""),
            password=request.POST.get("password", ""),
        )
        if user is None:
            return JsonResponse({"error": "sign-in failed"}, status=401)
        login(request, user)
        return HttpResponseRedirect(self.destination(request))
