from dataclasses import dataclass


@dataclass(frozen=True)
class Storefront:
    slug: str
    price_list: str


STOREFRONTS = {s.slug: s for s in (Storefront("harbour", "eur-retail"), Storefront("orchard", "chf-retail"))}
FALLBACK = STOREFRONTS["orchard"]


def storefront_named(slug):
    return STOREFRONTS.get(slug, FALLBACK)
