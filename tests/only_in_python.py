"""Functions that somebody has added to Python, and that neither the kernel nor the page knows."""

from __future__ import annotations

from math import inf

import numpy as np

from digitlens.network.activations import ACTIVATIONS, Activation

SOFTPLUS = Activation("softplus", lambda z: np.logaddexp(0, z), ACTIVATIONS["sigmoid"].function, (0, inf))
GAUSSIAN = Activation("gaussian", lambda z: np.exp(-z * z), lambda z: -2 * z * np.exp(-z * z), (0, 1))
