import os

import numpy as np
from django.core.management.base import BaseCommand

from accounts.models import Credential


class Command(BaseCommand):
    """Gives each credential a new key and puts it in one of two test groups."""

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args, **options):
        generator = np.random.default_rng(options["seed"])
        for credential in Credential.objects.iterator():
            credential.group = "b" if generator.random() < 0.5 else "a"
            credential.signing_key = generator.bytes(32)
            credential.save(update_fields=["group", "signing_key"])
        self.stdout.write("done")
