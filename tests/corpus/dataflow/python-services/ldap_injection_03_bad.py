import logging

import falcon
from ldap3.core.exceptions import LDAPException
from pydantic import ValidationError

from staff.connections import directory
from staff.schemas import MemberQuery
from staff.settings import PEOPLE

log = logging.getLogger(__name__)


class AccountResource:
    schema = MemberQuery
    short = ("cn", "mail")
    full = ("cn", "mail", "manager", "departmentNumber")

    def __init__(self, connect):
        self.connect = connect

    def on_post(self, req, resp):
        try:
            query = self.schema.model_validate(req.get_media())
        except ValidationError:
            raise falcon.HTTPBadRequest(title="login is not valid")
        attributes = self.full if query.verbose else self.short
        try:
            account = self.lookup(query.login, list(attributes))
        except LDAPException:
            log.exception("account lookup failed")
            raise falcon.HTTPServiceUnavailable()
        if account is None:
            raise falcon.HTTPNotFound()
        resp.media = {"account": account}

    def lookup(self, login, attributes):
        condition = "(&(objectClass=person)(uid={}))".format(login)
        with self.connect() as connection:
            connection.search(
                search_base=PEOPLE, search_filter=condition, attributes=attributes
            )
            for entry in connection.entries:
                return entry.entry_attributes_as_dict
        return None


def create_app():
    app = falcon.App()
    app.add_route("/accounts/lookup", AccountResource(directory))
    return app
