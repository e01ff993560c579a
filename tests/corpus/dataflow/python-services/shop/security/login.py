import functools
import logging

from flask import abort, session

log = logging.getLogger(__name__)


def login_required(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        if "account_id" not in session:
            log.info("anonymous call of %s", view.__name__)
            abort(401)
        return view(*args, **kwargs)

    return wrapper
