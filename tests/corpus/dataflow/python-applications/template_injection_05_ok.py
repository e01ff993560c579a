from django.http import HttpResponse
from django.views import View
from jinja2 import DictLoader, Environment

SOURCES = {
    "base.txt": "{% block body %}{% endblock %}\n-- \nThe choir",
    "concert.txt": "{% extends 'base.txt' %}{% block body %}Concert on {{ day }}{% endblock %}",
}


class PosterBuilder:
    def __init__(self):
        self.sources = dict(SOURCES)

    def extend(self, name, body):
        self.sources[name] = "{% extends 'base.txt' %}{% block body %}" + body + "{% endblock %}"
        return self

    def render(self, name, **values):
        env = Environment(loader=DictLoader(self.sources), autoescape=True)
        return env.get_template(name).render(values)


class PosterView(View):
    def post(self, request):
        slogan = request.POST.get("slogan", "Come and sing")[:300]
        builder = PosterBuilder()
        builder.extend("poster.txt", "{{ slogan }} on {{ day }}")
        text = builder.render("poster.txt", day="Sunday", slogan=slogan)
        return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={
            "Content-Disposition": "attachment; filename=poster.txt",
        })
