"""PyTorch, eager: nn.Sequential, autograd and torch.optim.SGD, one thread, mini-batches by index from one tensor.

No DataLoader: handing out pictures one by one in Python would cost several times the learning itself. The optimiser is
the fused one, the fastest that PyTorch has for this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from digitlens.bench.work import Floats, Learner, Work

if TYPE_CHECKING:
    from torch import nn


def learner(work: Work) -> Learner:
    """The training loop of every PyTorch tutorial, without what is not needed."""
    import torch
    from torch.nn.functional import mse_loss

    torch.set_num_threads(1)
    x_all, y_all = torch.from_numpy(work.pixels), torch.from_numpy(work.targets)
    model = _model(work)
    optimiser = torch.optim.SGD(model.parameters(), lr=work.learning_rate, fused=True)
    torch.manual_seed(work.seed)

    def epoch() -> None:
        for which in torch.randperm(len(x_all)).split(work.mini_batch):
            optimiser.zero_grad()
            cost = mse_loss(model(x_all[which]), y_all[which], reduction="sum") / len(which)
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
        parts += [linear, nn.Sigmoid()]
    return nn.Sequential(*parts)
