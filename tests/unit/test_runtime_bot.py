"""What the bot's bundle is made of, without a GitHub that answers."""

from __future__ import annotations

from pathlib import Path

from fusion import runtime, settings
from fusion.model import Said
from fusion.ports import Place
from fusion.publishing import Marks
from orchestrations.publishing import marks_of
from tests.fakes.app_keys import pair


async def test_comments_signed_with_a_secret_that_is_being_replaced_are_still_ours(tmp_path: Path) -> None:
    private, _ = pair()
    fields = {"FUSION_HOME": str(tmp_path), "FUSION_GITHUB_APP": "7", "FUSION_GITHUB_KEY": private}
    unreachable = {"FUSION_GITHUB_API": "http://127.0.0.1:9", "FUSION_EVIDENCE": "off"}
    old, new = "an-older-secret-0", "a-newer-secret-01"
    there = Marks((runtime.signing_key(old),), "octo/shop", 12).ended("Found.", "summary", "summary")
    async with runtime.bot(settings.read({**fields, **unreachable, "FUSION_WEBHOOK_SECRET": f"{new} {old}"})) as bundle:
        marks = marks_of(bundle, Place(repository="octo/shop", number=12))
        assert marks.read(Said(id=1, node="n", ours=True, body=there)) is not None
        assert marks.write("summary", "summary") != there.rsplit("\n", 1)[-1]
