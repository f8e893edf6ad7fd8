"""Cost and accuracy of any network on some digits, by the engine that its run has."""

from __future__ import annotations

from digitlens.digits.dataset import Digits
from digitlens.kernel.capabilities import refuses
from digitlens.learning import compiled_engine as fast
from digitlens.learning import plain_engine as reference
from digitlens.learning.engine import Measured
from digitlens.network.costs import cost_for
from digitlens.network.network import Network


def measure(network: Network, digits: Digits, cost: str, engine: str) -> Measured | None:
    """As an engine measures at the end of an epoch, pictures taken as they are; None where there are no digits.

    cost, engine: their names. What the compiled engine cannot measure, the plain one does.
    """
    if not len(digits):
        return None
    if engine == fast.CompiledEngine.name and not refuses(network.sizes, network.activations, network.dtype, cost=cost):
        return fast.measure(network, digits, cost)
    return reference.measure(network, digits, cost_for(cost, network.activations[-1]))
