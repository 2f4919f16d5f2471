"""A policy as the TOML text that the loader reads: what proposals are written as, and what a revision is the digest of.

A key that holds its default is left out, so that a key added later does not change the revision of older policies.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.policies import PolicyHeader
    from safety.policy import ModerationPolicy, Rule

_DEFAULT_DIRECTION = "at_or_above"


def policy_text(policy: "ModerationPolicy") -> str:
    """Return a policy as TOML, without comments: the same text for every file that says the same."""
    return "\n".join([_header(policy.policy), *(_rule(rule) for rule in policy.rule)])


def _header(header: "PolicyHeader") -> str:
    texts = "".join(f"{name} = {_quoted(getattr(header, name))}\n" for name in ("name", "version", "owner", "reason"))
    effect = f"expected_effect = {_quoted(header.expected_effect)}\n" if header.expected_effect else ""
    return f"[policy]\n{texts}effective = {header.effective.isoformat()}\n{effect}"


def _rule(rule: "Rule") -> str:
    names = ("categories", "surfaces", "audiences")
    lists = "".join(f"{name} = [{', '.join(map(_quoted, getattr(rule, name)))}]\n" for name in names)
    numbers = "".join(f"{name} = {getattr(rule, name)}\n" for name in ("limit_at", "review_at", "block_at"))
    direction = "" if rule.direction == _DEFAULT_DIRECTION else f"direction = {_quoted(rule.direction)}\n"
    owner = f"owner = {_quoted(rule.owner)}\n" if rule.owner else ""
    reason = f"reason = {_quoted(rule.reason)}\n"
    return f"[[rule]]\nid = {_quoted(rule.id)}\n{lists}{numbers}{direction}{owner}{reason}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in escaped) + '"'
