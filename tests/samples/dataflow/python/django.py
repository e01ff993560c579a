import os
import pickle

from django import forms
from django.core.signing import Signer, TimestampSigner
from django.db import migrations, models
from django.db.models.expressions import RawSQL
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template import Template
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils._os import safe_join
from django.utils.html import escape, escapejs, format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.views import View
from django.views.generic import RedirectView
from django.views.decorators.http import require_POST


class Person(models.Model):
    name = models.TextField()


class Search(forms.Form):
    text = forms.CharField()


def configured():
    class Production:
        CSRF_COOKIE_SECURE = False  # expect: insecure-cookie

    return Production


def hashed():
    class Production:
        PASSWORD_HASHERS = ["django.contrib.auth.hashers.UnsaltedMD5PasswordHasher"]  # expect: weak-hash

    return Production


def unknown_model(request, repository):
    repository.users.raw("select * from users where name = '" + request.GET["name"] + "'")  # expect: sql-injection
    return repository.users.extra(where=["name = '" + request.GET["name"] + "'"]) is None  # expect: sql-injection


def written_plain(request):
    reply = HttpResponse(content_type="text/csv")
    reply.write(request.GET["row"])
    return reply


def answered(request, folder):
    os.system("ls " + folder)  # expect: command-injection
    return HttpResponse("done")


def query(request):
    os.system("ls " + request.GET["folder"])  # expect: command-injection


def body(request):
    os.system("ls " + request.POST.get("folder", "."))  # expect: command-injection


def header(request):
    os.system("ls " + request.META["HTTP_X_FOLDER"])  # expect: command-injection
    os.system("ls " + request.META.get("QUERY_STRING", "."))  # expect: command-injection
    os.system("ls " + request.META["CSRF_COOKIE"] + request.META.get("DATA_FOLDER", "."))


def header_or_cookie(request):
    os.system("ls " + request.headers["X-Folder"])  # expect: command-injection
    os.system("ls " + request.COOKIES["folder"])  # expect: command-injection


def address(request):
    os.system("ls " + request.path)  # expect: command-injection
    return redirect(request.get_full_path())


def upload(request):
    return len(pickle.load(request.FILES["state"]))  # expect: unsafe-deserialization


def upload_content(request):
    os.remove("/srv/" + request.FILES["state"].read().decode())  # expect: path-traversal


def upload_name(request):
    os.remove("/srv/" + request.FILES["state"].name)
    os.system("touch " + request.FILES["state"].name)  # expect: command-injection


class SearchView(View):
    def form_valid(self):
        os.system("ls " + self.kwargs["folder"])  # expect: command-injection

    def put(self, request, folder):
        os.system("ls " + folder)  # expect: command-injection


def filled_in(request):
    os.system("ls " + Search(request.POST).data["text"])  # expect: command-injection


def cleaned(request):
    form = Search(request.POST)
    request.session["text"] = form.cleaned_data["text"]
    os.system("ls " + form.cleaned_data["text"])  # expect: command-injection


def stored():
    os.system("ls " + Person.objects.get(pk=1).name)  # expect: command-injection


def raw(request):
    Person.objects.raw("SELECT * FROM person WHERE name = %s", [request.GET["name"]])
    Person.objects.raw("SELECT * FROM person WHERE name = '%s'" % request.GET["name"])  # expect: sql-injection
    return RawSQL("lower('%s')" % request.GET["name"], []) is None  # expect: sql-injection


def extra(request):
    return Person.objects.extra(where=["name = '" + request.GET["name"] + "'"]) is None  # expect: sql-injection


def migrated(request):
    return migrations.RunSQL("DROP TABLE " + request.GET["table"]) is None  # expect: sql-injection


def imported(request):
    return import_string(request.GET["module"]) is None  # expect: code-injection


def template(request):
    return Template("<p>" + request.GET["name"]) is None  # expect: template-injection


def page(request):
    HttpResponse(request.GET["name"], content_type="text/plain")
    return HttpResponse("Hello " + request.GET["name"])  # expect: cross-site-scripting


def written(request):
    response = HttpResponse()
    response.write("Hello " + request.GET["name"])  # expect: cross-site-scripting
    return response


def marked_safe(request):
    return mark_safe("<p>" + request.GET["name"]) is None  # expect: cross-site-scripting


def redirected(request):
    return HttpResponseRedirect(request.GET["next"])  # expect: open-redirect


def located_at_once(request):
    HttpResponse(headers={"Location": request.GET["next"]})
    HttpResponse(status=201, headers={"Location": request.GET["next"]})
    return HttpResponse(status=302, headers={"Location": request.GET["next"]})  # expect: open-redirect


def created(request):
    response = HttpResponse(status=201)
    response["Location"] = request.GET["next"]
    return response


def located(request):
    response = HttpResponse(status=302)
    response["Location"] = request.GET["next"]  # expect: open-redirect
    return response


def kept(request):
    request.session["user"] = request.GET["user"]  # expect: trust-boundary


def cookie(request):
    response = HttpResponse("ok")
    response.set_cookie("theme", "dark")  # expect: insecure-cookie
    response.set_cookie("theme", "dark", secure=True)
    return response


def cookie_off(request):
    response = HttpResponse("ok")
    response.set_cookie("theme", "dark", secure=False)  # expect: insecure-cookie
    return response


def escaped(request):
    return HttpResponse("<p>Hello " + escape(request.GET["name"]) + "</p>")


def formatted(request):
    return HttpResponse(format_html("<p>Hello {}</p>", request.GET["name"]))


def escaped_script(request):
    return HttpResponse("<script>let name = '" + escapejs(request.GET["name"]) + "'</script>")


def rendered(request):
    return HttpResponse(render_to_string("hello.html", {"name": request.GET["name"]}))


def joined(request):
    return open(safe_join("/srv", request.GET["file"]))


def slug(request):
    os.system("touch /srv/" + slugify(request.GET["name"]))


def own_page(request):
    return redirect(reverse("home", args=[request.GET["tab"]]))


def allowed_host(request):
    url = request.GET["next"]
    if url_has_allowed_host_and_scheme(url, {"example.org"}):
        return redirect(url)
    return redirect("/")


def asked(request):
    return open(Person.objects.get(name=request.GET["name"]).name)


def answered(request):
    return HttpResponse(JsonResponse({"name": request.GET["name"]}))


def signed(request):
    os.system("ls " + Signer().unsign(request.GET["folder"]))
    os.system("ls " + TimestampSigner(salt="folders").unsign(request.GET["folder"], max_age=60))
    os.system("ls " + Signer().sign(request.GET["folder"]))  # expect: command-injection


def routed(request, name):
    os.system("ls " + name)  # expect: command-injection


urlpatterns = [path("routed/<str:name>", routed)]


class Away(RedirectView):
    def get_redirect_url(self, *args, **kwargs):
        return self.request.GET["next"]  # expect: open-redirect


@require_POST
def decorated(request, name):
    os.system("ls " + name)  # expect: command-injection


def hashed_weakly(password):
    return django.contrib.auth.hashers.make_password(password, hasher="md5")  # expect: weak-hash
