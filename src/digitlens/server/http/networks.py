"""The networks that the app offers: those that ship with the package, and the file of --network."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from digitlens.errors import FileError, ModelFileError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import LIMITS, exists, from_bytes
from digitlens.storage.shipped import FOLDER, SUFFIX, names

READER = "reader"


@dataclass(frozen=True, slots=True, eq=False)
class Offered:
    """One network: the bytes of its file, which the page loads, and the reader for POST /api/read."""

    name: str  # as in the path of a URL
    data: bytes  # of the model file
    reader: Reader

    def to_json(self, default: bool) -> dict[str, Any]:
        """Plain JSON values. The accuracy is the one that its file records, if it does."""
        reader = self.reader
        return {
            "name": self.name,
            "sizes": list(reader.network.sizes),
            "parameters": reader.network.parameters,
            "activations": [activation.name for activation in reader.network.activations],
            "accuracy": reader.provenance.get("test_accuracy"),
            "classes": list(reader.classes),
            "rows": reader.image_shape[0],
            "columns": reader.image_shape[1],
            "provenance": dict(reader.provenance),
            "bytes": len(self.data),
            "default": default,
        }


class Networks:
    """All networks on offer, by name. They are loaded once, even if a file changes later."""

    def __init__(self, network: str | Path = "video") -> None:
        """network: the default one, a name that ships or a file. Raises FileError or ModelFileError."""
        self._by_name = {name: _offered(name, (FOLDER / f"{name}{SUFFIX}").read_bytes()) for name in names()}
        self.default = str(network)
        if not isinstance(network, str) or network not in self._by_name:
            if not exists(network):
                ships = ", ".join(self._by_name)
                raise FileError(
                    f"there is no network {shown(str(network))}: name one that ships ({ships}) or a file that "
                    "`digitlens train --out FILE` wrote"
                )
            self.default = _name_for(Path(network), self._by_name)
            self._by_name[self.default] = _offered(self.default, bytes(read_bounded(network, LIMITS.size)))

    def get(self, name: str = "") -> Offered:
        """The network of that name; without a name, the default. Raises HTTPException 404."""
        network = self._by_name.get(name or self.default)
        if network is None:
            raise HTTPException(404, f"there is no network {name[:80]!r}; there are {', '.join(self.names())}")
        return network

    def reading(self, name: str = "") -> Offered:
        """The network of that name; without a name, the best reader: `reader`, unless the user chose another default.

        Raises HTTPException 404, as get() does.
        """
        best = READER if self.default == "video" and READER in self._by_name else self.default
        return self.get(name or best)

    def names(self) -> list[str]:
        """The names, the default first."""
        return sorted(self._by_name, key=lambda name: (name != self.default, name))

    def to_json(self) -> list[dict[str, Any]]:
        """The JSON of GET /api/networks, the default first."""
        return [self._by_name[name].to_json(name == self.default) for name in self.names()]


def _offered(name: str, data: bytes) -> Offered:
    """The network of a model file. Raises ModelFileError, also where its provenance cannot be listed."""
    offered = Offered(name, data, replace(from_bytes(data), name=name))
    try:
        json.dumps(offered.to_json(default=False), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"the network {shown(name)} says of itself what cannot be listed ({error}); train it again"
        ) from error
    return offered


def _name_for(path: Path, taken: dict[str, Offered]) -> str:
    """A name for a file's network that is safe in a URL and not taken yet.

    >>> _name_for(Path("runs/my best.digitlens"), {})
    'my best'
    """
    name = re.sub(r"[^\w .+-]", "_", path.name.removesuffix(SUFFIX))[:80].strip(". ") or "network"
    while name in taken:
        name += "-file"
    return name
