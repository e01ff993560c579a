class TenantError(Exception):
    pass


def clean_tenant(user, code):
    if not user.is_active:
        raise TenantError("user is not active")
    code = code.strip().lower()
    if not code:
        raise TenantError("no tenant was given")
    return code


def member_tenant(user, code):
    code = clean_tenant(user, code)
    for membership in user.memberships.select_related("tenant"):
        if membership.tenant.code == code:
            return membership.tenant.code
    raise TenantError("user is not a member")
