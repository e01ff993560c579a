"""The page that goes with a bundle: how to verify it with openssl alone."""

from __future__ import annotations

from collections.abc import Sequence

from fusion.attesting.bundle import folder_of

_MANY = 20


def readme(chains: Sequence[str], keys: Sequence[str]) -> str:
    """The text of README.txt for these chains, signed with the keys of these ids."""
    shown = "\n".join(f"  {name}\n    in signed/{folder_of(name)}/" for name in chains[:_MANY])
    more = f"\n  and {len(chains) - _MANY} more" if len(chains) > _MANY else ""
    ids = "\n".join(f"  {id}" for id in keys)
    return _TEXT.format(chains=shown + more, keys=ids, folder=folder_of(chains[0]), key=keys[0] if keys else "ID")


_TEXT = """\
Evidence sealed by Fusion
=========================

Chains in this bundle:
{chains}

Keys that signed (ids are RFC 7638 thumbprints):
{keys}

A key being in this bundle makes it no key to trust: ask whoever runs the
installation for its public key, or for the id, by another way. This page is
sealed by nothing, either.

With Fusion
-----------

  fusion evidence verify . --key THE-KEY-YOU-WERE-GIVEN.pem

It needs no network and no installation's state. `--tsa-root ROOT.pem` checks
the timestamps, `--anchors FILE-OR-FOLDER` compares anchors that you fetched
from where they are kept. Exit code 0: intact; 1: tampered with; 2: input.

Without Fusion: openssl and a shell
-----------------------------------

1. One link. The signed bytes are the line "fusion evidence link, version 1"
   and a JSON object (RFC 8785). The signature is ECDSA on P-256 with SHA-256:

     openssl dgst -sha256 -verify keys/{key}.pem \\
       -signature signed/{folder}/0000000000.sig \\
       signed/{folder}/0000000000.link

2. Its hash, which the next link names as "previous":

     openssl dgst -sha256 signed/{folder}/0000000000.link

3. A whole chain: each link's "previous" is the hash of the one before, and
   "key" names the key that signed it:

     cd signed/{folder}
     before=""
     for link in *.link; do
       key=$(grep -o '"key":"[^"]*"' "$link" | cut -d'"' -f4)
       named=$(grep -o '"previous":"[^"]*"' "$link" | cut -d'"' -f4)
       [ "$named" = "$before" ] || echo "$link: follows another link"
       openssl dgst -sha256 -verify "../../keys/$key.pem" \\
         -signature "${{link%.link}}.sig" "$link" || echo "$link: signature"
       before="sha256:$(openssl dgst -sha256 -r "$link" | cut -d' ' -f1)"
     done

   Numbers must begin at 0 and leave none out. After a link of kind "key"
   (its contents are the next public key) the old key signs no more.

4. What a link seals. "digest" names the contents, which lie under payloads/:

     openssl dgst -sha256 payloads/*

5. Timestamps (RFC 3161), if there are any under stamps/. A token proves that
   the link of that number, whose hash is in the .txt, existed at that time:

     openssl ts -verify -in stamps/CHAIN/NUMBER.tsr \\
       -data stamps/CHAIN/NUMBER.txt -CAfile ROOT-OF-THE-AUTHORITY.pem
     openssl ts -reply -text -in stamps/CHAIN/NUMBER.tsr

   The newest one says how long the chain was at least: one that ends before
   had its tail cut off.
"""
