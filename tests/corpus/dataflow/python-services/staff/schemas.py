import re

from pydantic import BaseModel, Field, field_validator

_LOGIN = re.compile(r"[a-z][a-z0-9.]*", re.IGNORECASE)


class MemberQuery(BaseModel):
    login: str = Field(max_length=64)
    verbose: bool = False

    @field_validator("login")
    @classmethod
    def check_login(cls, value):
        if not _LOGIN.match(value):
            raise ValueError("not a login")
        return value.lower()


class AccountQuery(BaseModel):
    login: str = Field(max_length=64)
    verbose: bool = False

    @field_validator("login")
    @classmethod
    def check_login(cls, value):
        if not _LOGIN.fullmatch(value):
            raise ValueError("not a login")
        return value.lower()
