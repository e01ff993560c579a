"""How long a random example takes is no property of what is tested: a machine with much to do fails nobody for it."""

from hypothesis import HealthCheck, settings

settings.register_profile("fusion", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fusion")
