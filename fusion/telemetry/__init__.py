"""What is measured, when that is good enough, and how it is shown. The list is `fusion.telemetry.metrics`."""
