"""Annotates everything, with names that exist only in annotations."""

FIRST = "from __future__ import annotations"
CELLS = {
    "loss": '''
def policy_loss(log_probs: Tensor, returns: "Float[Tensor, 'steps']") -> Tensor:
    """Williams (1992)."""
    return -(returns * log_probs).sum()
''',
}
