from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNoContent
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config

CHOICES = {"language": {"en", "fr"}, "currency": {"EUR", "USD"}}


@view_config(route_name="settings", request_method="POST")
def settings(request):
    session = request.session
    for name, value in request.POST.items():
        allowed = CHOICES.get(name)
        if allowed is not None and value in allowed:
            session[name] = value
    return HTTPNoContent()


def make_app(secret):
    with Configurator() as config:
        config.set_session_factory(SignedCookieSessionFactory(secret, secure=True, httponly=True))
        config.add_route("settings", "/settings")
        config.scan(__name__)
        return config.make_wsgi_app()
