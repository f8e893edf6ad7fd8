"""PyTorch, eager: nn.Sequential, autograd and torch.optim, one thread, mini-batches by index from one tensor.

There is no DataLoader: collecting pictures one by one in Python would take several times as long as the learning. Each
optimiser uses its variant that is fastest here: fused for Adam, the plain loop for SGD.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from digitlens.bench.task import Floats, Learner, Work

if TYPE_CHECKING:
    from torch import nn


def learner(work: Work) -> Learner:
    """The training loop of PyTorch tutorials, without what is not needed here."""
    import torch
    from torch.nn.functional import mse_loss

    torch.set_num_threads(1)
    x_all, y_all = torch.from_numpy(work.pixels), torch.from_numpy(work.targets)
    model = _model(work)
    optimiser: torch.optim.Optimizer
    if work.task.optimiser == "adam":
        optimiser = torch.optim.Adam(model.parameters(), lr=work.task.learning_rate, fused=True)
    else:
        optimiser = torch.optim.SGD(model.parameters(), lr=work.task.learning_rate)
    torch.manual_seed(0)

    def epoch() -> None:
        for which in torch.randperm(len(x_all)).split(work.task.mini_batch):
            x, y = x_all.index_select(0, which), y_all.index_select(0, which)  # a little faster than x_all[which]
            optimiser.zero_grad()
            cost = mse_loss(model(x), y, reduction="sum") / len(which)
            cost.backward()
            optimiser.step()

    def outputs(images: Floats) -> Floats:
        with torch.inference_mode():
            return model(torch.from_numpy(images)).numpy()  # type: ignore[no-any-return,unused-ignore]

    return Learner(epoch, outputs)


def one_picture(work: Work) -> Callable[[], object]:
    """One picture through the model, in inference mode."""
    import torch

    torch.set_num_threads(1)
    model, image = _model(work).eval(), torch.from_numpy(work.pixels[:1])

    def read() -> object:
        with torch.inference_mode():
            return model(image)

    return read


def _model(work: Work) -> nn.Sequential:
    import torch
    from torch import nn

    parts: list[nn.Module] = []
    for W, b in work.first_layers():
        linear = nn.Linear(W.shape[1], W.shape[0])
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b))
        parts += [linear, nn.ReLU() if work.task.activation == "relu" else nn.Sigmoid()]
    return nn.Sequential(*parts[:-1], nn.Sigmoid())
