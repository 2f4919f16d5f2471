"""Off-policy evaluation: what a policy would have earned, told from the log of another one."""
