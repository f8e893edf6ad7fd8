"""What the laboratory has measured, as files for the page: those that ship, and those beside the networks given.

laboratory/study.json       the answer from many networks
laboratory/index.json       the file of each network that was examined, by the network's fingerprint
laboratory/NAME.json        what was found in it
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from digitlens.bundles import WEB
from digitlens.errors import FileError
from digitlens.files.bounded import read_bounded
from digitlens.files.naming import shown
from digitlens.storage.offered import Offered
from digitlens.storage.shipped import SUFFIX, names

FOLDER = WEB / "laboratory"
BESIDE = ".features.json"  # NAME.features.json beside NAME.digitlens
LARGEST = 64 * 2**20  # bytes


def study_file() -> bytes:
    """The answer from many networks."""
    return (FOLDER / "study.json").read_bytes()


def laboratory_files(networks: Sequence[Offered], given: Sequence[str | Path] = ()) -> dict[str, bytes]:
    """All of them for these networks, by their paths in the site.

    given: what the networks were named by: beside a model file may lie what was found in it.
    Raises FileError for such a file that is none, or is about other weights than those beside it.
    """
    shipped = {mark: FOLDER / name for mark, name in json.loads((FOLDER / "index.json").read_bytes()).items()}
    files, index = {"laboratory/study.json": study_file()}, {}
    own = _beside(given)
    for one in networks:
        data = own.get(one.fingerprint) or (
            shipped[one.fingerprint].read_bytes() if one.fingerprint in shipped else None
        )
        if data is not None and one.fingerprint not in index:
            index[one.fingerprint] = f"{one.name}.json"
            files[f"laboratory/{one.name}.json"] = data
    return files | {"laboratory/index.json": json.dumps(index).encode()}


def _beside(given: Sequence[str | Path]) -> dict[str, bytes]:
    """What lies beside the model files among `given`, by the fingerprint that it names."""
    from digitlens.storage.fingerprint import fingerprint
    from digitlens.storage.shipped import open_reader

    found = {}
    for network in given:
        path = Path(f"{str(network).removesuffix(SUFFIX)}{BESIDE}")
        if network in names() or not path.is_file():
            continue
        data = bytes(read_bounded(path, LARGEST))
        try:
            told = json.loads(data)["fingerprint"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise FileError(
                f"{shown(path)} does not say of which network it is; write it again with `digitlens lab features "
                f"--network {shown(network)} --out {shown(path)}`"
            ) from error
        if told != fingerprint(open_reader(network)):
            raise FileError(
                f"{shown(path)} was measured on other weights than those of {shown(network)}; measure again with "
                f"`digitlens lab features --network {shown(network)} --out {shown(path)}`, or take it away"
            )
        found[told] = data
    return found
