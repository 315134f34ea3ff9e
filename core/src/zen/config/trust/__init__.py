"""What of a repository may be used: nothing of it is code until its user says so.

`docs/explanation/trust.md` says what is trusted when, and why.
"""

from __future__ import annotations

from zen.config.trust._consent import Consent, check_trusted, trust_command
from zen.config.trust._trust import Binding, Trust, Verdict

__all__ = ["Binding", "Consent", "Trust", "Verdict", "check_trusted", "trust_command"]
