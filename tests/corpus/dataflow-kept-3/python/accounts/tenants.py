from dataclasses import dataclass


@dataclass(frozen=True)
class Tenant:
    slug: str
    plan: str


TENANTS = {t.slug: t for t in (Tenant("harbour", "team"), Tenant("orchard", "free"))}
FALLBACK = TENANTS["orchard"]


def tenant_named(slug):
    return TENANTS.get(slug, FALLBACK)
