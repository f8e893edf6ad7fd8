"""Bytes that were a good file once: bits flipped, pieces cut, doubled, moved, or replaced by what parsers fear."""

from __future__ import annotations

from random import Random

_FEARED = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"<html>",
    b"\x1f\x8b",
    b"\0\0\x08\x03",
)


def mutate(data: bytes, rng: Random) -> bytes:
    """One to four damages to `data`, drawn by `rng`; half of them near the beginning, where headers are."""
    mutant = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(min(len(mutant), 24) if rng.random() < 0.5 else len(mutant)) if mutant else 0
        length = min(rng.randrange(1, 64), len(mutant))
        match rng.randrange(8):
            case 0:
                mutant[at : at + 1] = bytes([rng.randrange(256)])
            case 1 if mutant:
                mutant[at] ^= 1 << rng.randrange(8)
            case 2:
                del mutant[at : at + length]
            case 3:
                del mutant[at:]
            case 4:
                mutant[at:at] = mutant[at : at + length]
            case 5:
                feared = rng.choice(_FEARED)
                mutant[at : at + len(feared)] = feared
            case 6:
                mutant[at:at] = rng.choice(_FEARED)
            case _:
                mutant += rng.randbytes(length)
    return bytes(mutant)
