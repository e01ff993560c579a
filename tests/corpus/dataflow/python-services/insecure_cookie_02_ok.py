import logging
import secrets

from django.core.cache import cache

from web.cookies import SecureCookiePolicy

log = logging.getLogger(__name__)


class RememberMiddleware:
    """Gives somebody who has logged in a token to come back with."""

    policy = SecureCookiePolicy(name="remember", max_age=14 * 24 * 3600)

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        known = self.known_user(request)
        request.remembered_user = known
        response = self.get_response(request)
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated and known is None:
            self.remember(response, user)
        return response

    def known_user(self, request):
        token = request.COOKIES.get(self.policy.name)
        return cache.get(f"remember:{token}") if token else None

    def remember(self, response, user):
        token = secrets.token_hex(32)
        cache.set(f"remember:{token}", user.pk, timeout=self.policy.max_age)
        response.set_cookie(
            self.policy.name,
            token,
            max_age=self.policy.max_age,
            httponly=self.policy.httponly,
            samesite=self.policy.samesite,
            secure=self.policy.secure,
        )
        log.info("user %d is remembered", user.pk)
