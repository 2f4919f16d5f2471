"""A short run of the adversary; ``python -m pytest tests/soak --soak-steps=1000000`` runs the long one."""

from hypothesis import HealthCheck, settings

from tests.wellbeing.limits_machine import LimitsMachine

TestNoOneGetsOneVideoMore = LimitsMachine.TestCase
TestNoOneGetsOneVideoMore.settings = settings(
    max_examples=30, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)
