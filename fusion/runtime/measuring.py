"""A bundle whose activities are measured."""

from __future__ import annotations

import dataclasses

from fusion.ports.telemetry import Meter
from fusion.telemetry.metering import Fan
from fusion.telemetry.watching import both, watching
from orchestrations.bundle import Bundle


def measured(bundle: Bundle, *meters: Meter) -> Bundle:
    """What its activities tell is measured, with the meter of its telemetry and with these."""
    fan = Fan(bundle.telemetry.meter, *meters)
    models = bundle.reasoning.file if bundle.reasoning is not None else None
    return dataclasses.replace(
        bundle,
        telemetry=dataclasses.replace(bundle.telemetry, meter=fan),
        listen=both(bundle.listen, watching(fan, models)),
    )
