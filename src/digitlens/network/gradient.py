"""Which way is downhill? Back-propagation: the four equations of learning, in one loop.

Each is the chain rule, from the last layer back to the first (Rumelhart, Hinton and Williams, Nature 323, 1986):

    dC/dz (last layer)   the cost's own slope
    dC/dW = dC/dz · a    how much the activation before mattered
    dC/db = dC/dz
    dC/dz (layer before) = (Wᵀ dC/dz) · σ'(z)
"""

from digitlens.network.activations import Array
from digitlens.network.costs import CostFunction
from digitlens.network.network import Layer, Layers, Network, Trace


def backward(network: Network, trace: Trace, targets: Array, cost: CostFunction) -> Layers:
    """The gradient of the mean cost of a batch: one Layer for each layer of the network, of the same shape.

    trace: of network.forward(images), for (batch, 784) images. targets: (batch, 10).
    For a batch of one, the gradient of the biases is that image's dC/dz.
    """
    layers, batch = network.layers, len(targets)
    gradient: list[Layer] = []
    dC_dz = cost.slope(trace, targets)  # (batch, 10)
    for l in reversed(range(len(layers))):
        dC_dW = dC_dz.T @ trace.a[l] / batch  # (n, n_before)
        dC_db = dC_dz.sum(axis=0) / batch  # (n,)
        gradient.append(Layer(dC_dW, dC_db))
        if l:  # nothing lies before the picture
            dC_dz = (dC_dz @ layers[l].weights) * network.activations[l - 1].slope(trace.z[l - 1])  # (batch, n_before)
    return tuple(reversed(gradient))
