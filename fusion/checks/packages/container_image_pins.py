"""Asks whether container images are pinned to digests.

A tag such as `python:3.13` is another image tomorrow. Read are `FROM` and `COPY --from` of Dockerfiles, with the defaults of
their arguments, images of Compose files that are not built from the tree, and actions that are images. Each must name
`@sha256:` and the digest; a tag before it keeps it readable. Files that are data of tests or examples are left out.
"""

from __future__ import annotations

from fusion.check import About, Source, Subject, Towards
from fusion.checks.components import InventoryCheck, is_sample
from fusion.checks.files import counted
from fusion.checks.results import deviation
from fusion.inventory.containers import is_compose, is_dockerfile
from fusion.model import Severity
from fusion.model.compliance import CheckResult
from fusion.render.text import clip, exact


class ContainerImagePins(InventoryCheck):
    """Images by digest."""

    about = About(
        id="container-image-pins",
        title="Container images are pinned to digests",
        rationale="Who can push a tag, or take over a registry's account, changes what is built and run, and nobody sees it.",
        remediation="Write the digest behind the tag, `FROM name:tag@sha256:...`, and let a tool propose newer ones.",
        severity=Severity.MEDIUM,
        reads=frozenset({Source.INVENTORY}),
        towards=(
            Towards(catalogue="cis-github", control="2.4.2", reason="What a build fetches is fixed."),
            Towards(catalogue="cis-github", control="5.1.7", reason="Compose files name images that do not change."),
            Towards(catalogue="soc2", control="CC6.8", reason="Changed images do not come in unseen."),
            Towards(catalogue="iso27001", control="A.5.21", reason="Parts of the supply chain are fixed."),
            Towards(catalogue="iso27001", control="A.8.9", reason="Configuration names what is deployed."),
            Towards(catalogue="scorecard", control="Pinned-Dependencies", reason="It answers a part of the question."),
        ),
        scorecard="Pinned-Dependencies",
    )

    def judge(self, subject: Subject) -> CheckResult:
        """Every reference by itself."""
        images = [one for one in subject.inventory.components if one.ecosystem == "docker" and not is_sample(one.path)]
        loose = [
            deviation(
                self.about,
                f"The image {clip(exact(one.wanted or one.name), 160)} has no digest.",
                key=f"{one.path}\0{one.wanted}",
                path=one.path,
                line=one.line,
                component=one.purl,
            )
            for one in images
            if not one.pinned
        ]
        return self.concluded(
            subject,
            images,
            loose,
            failed=f"{len(loose)} of {counted(len(images), 'reference')} to images have no digest.",
            passed_as=f"{counted(len(images), 'reference')} to images, each with its digest.",
            nothing="No Dockerfile and no Compose file takes an image from a registry.",
            concerns=lambda path: is_dockerfile(path) or is_compose(path),
        )
