"""The networks that the app offers: those that ship with the package, and the file of --network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException

from digitlens.errors import FileError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown
from digitlens.storage.model_file import LIMITS, exists
from digitlens.storage.offered import Offered, name_for, offered
from digitlens.storage.shipped import FOLDER, SUFFIX, names

READER = "reader"


class Networks:
    """All networks on offer, by name. They are loaded once, even if a file changes later."""

    def __init__(self, network: str | Path = "video") -> None:
        """network: the default one, a name that ships or a file. Raises FileError or ModelFileError."""
        self._by_name = {name: offered(name, (FOLDER / f"{name}{SUFFIX}").read_bytes()) for name in names()}
        self.default = str(network)
        if not isinstance(network, str) or network not in self._by_name:
            if not exists(network):
                ships = ", ".join(self._by_name)
                raise FileError(
                    f"there is no network {shown(str(network))}: name one that ships ({ships}) or a file that "
                    "`digitlens train --out FILE` wrote"
                )
            self.default = name_for(Path(network), self._by_name)
            self._by_name[self.default] = offered(self.default, bytes(read_bounded(network, LIMITS.size)))

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
