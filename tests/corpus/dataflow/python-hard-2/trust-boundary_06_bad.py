import os
from contextlib import contextmanager

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.session import SignedCookieSessionFactory
from pyramid.view import view_config

OPEN_STAGES = ("cart", "address", "payment")


@contextmanager
def wizard(session):
    state = dict(session.get("wizard", {"stage": "cart", "paid": False}))
    try:
        yield state
    finally:
        session["wizard"] = state


@view_config(route_name="step", request_method="POST", renderer="json")
def step(request):
    target = request.params.get("stage", "")
    with wizard(request.session) as state:
        state["stage"] = target
        if target not in OPEN_STAGES:
            raise HTTPBadRequest("unknown stage")
    return {"accepted": True}


@view_config(route_name="ship", request_method="POST", renderer="json")
def ship(request):
    with wizard(request.session) as state:
        if state["stage"] != "done":
            raise HTTPBadRequest("order is not complete")
    return {"shipping": True}


def main(global_config, **settings):
    factory = SignedCookieSessionFactory(os.environ["SESSION_SECRET"], secure=True, httponly=True)
    with Configurator(settings=settings) as config:
        config.set_session_factory(factory)
        config.add_route("step", "/order/step")
        config.add_route("ship", "/order/ship")
        config.scan()
        return config.make_wsgi_app()
