"""Pages with something on them that is no writing, from a seed: each kind is drawn over a page of our own pen.

A kind takes the ink of a page, (rows, columns) from 0 to 1, the boxes of its digits and a random generator, and gives
the picture: grey, (rows, columns) uint8, a Pillow image, or the bytes of a file.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from digitlens.digits.synthetic.pen.rows import Sheet, sheet

Grey = np.ndarray
Picture = Grey | Image.Image | bytes
Kind = Callable[[np.ndarray, Sheet, np.random.Generator], Picture]


def plain(ink: np.ndarray, level: float = 1.0) -> Grey:
    return np.rint(255 * level * (1 - 0.9 * ink)).astype(np.uint8)


def drawn(ink: np.ndarray, draw: Callable[[ImageDraw.ImageDraw], object]) -> np.ndarray:
    image = Image.fromarray(np.rint(255 * ink).astype(np.uint8))
    draw(ImageDraw.Draw(image))
    return np.asarray(image, np.float64) / 255


def wider(ink: np.ndarray, right: int) -> np.ndarray:
    return np.pad(ink, ((0, 0), (0, right)))


def on_a_table(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """A sheet on a table top, lighter than that, perhaps turned."""
    margin, table = int(rng.integers(40, 250)), rng.uniform(0.15, 0.6)
    paper = (
        Image.fromarray(plain(ink, 0.9))
        .convert("RGBA")
        .rotate(rng.uniform(-6, 6), Image.Resampling.BICUBIC, expand=True)
    )
    rows, columns = paper.height + 2 * margin, paper.width + 2 * margin
    y, x = np.mgrid[:rows, :columns]
    wood = 255 * table * (1 + 0.15 * np.sin(x / 37 + y / 90)) + rng.normal(0, 5, (rows, columns))
    photo = Image.fromarray(np.clip(wood, 0, 255).astype(np.uint8))
    photo.paste(paper.convert("L"), (margin, margin), paper.getchannel("A"))
    return np.asarray(photo.filter(ImageFilter.GaussianBlur(0.8)))


def on_a_scanner(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """The black lid of a scanner on some sides."""
    sides = [(0, int(rng.integers(15, 90)))[int(rng.random() < 0.6)] for _ in range(4)]
    return np.pad(plain(ink), ((sides[0], sides[1]), (sides[2], sides[3] or 20)), constant_values=0)


def in_circles(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    def circles(draw: ImageDraw.ImageDraw) -> None:
        for left, top, width, height in written.boxes:
            away = 0.3 * max(width, height)
            reach = max(width, height) / 2 + away
            x, y = left + width / 2, top + height / 2
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), outline=255, width=3)

    return plain(drawn(wider(ink, 80), circles))


def in_boxes(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    thick, away = int(rng.integers(1, 5)), rng.uniform(0.12, 0.2)

    def boxes(draw: ImageDraw.ImageDraw) -> None:
        for left, top, width, height in written.boxes:
            out = away * height
            draw.rectangle((left - out, top - out, left + width + out, top + height + out), outline=255, width=thick)

    return plain(drawn(ink, boxes))


def with_a_logo(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    high = int(max(box[3] for box in written.boxes))
    page = wider(ink, 3 * high)
    rows, columns = (int(rng.uniform(0.8, 1.6) * high) for _ in range(2))
    page[10 : 10 + rows, ink.shape[1] + high // 2 :][:, :columns] = 1
    return plain(page)


def with_a_logo_that_touches(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """A filled block, which the last digit of the last line touches from below."""
    left, top, width, height = written.boxes[-1]
    page, high = wider(ink, int(2 * height)), int(max(box[3] for box in written.boxes))
    rows, columns = int(min(top, rng.uniform(0.8, 1.6) * high)), int(rng.uniform(1.0, 1.8) * high)
    at = int(left + rng.uniform(0, 0.5) * width)
    page[int(top) - rows : int(top), at : at + columns] = 1
    return plain(page)


def with_a_barcode(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    high = int(max(box[3] for box in written.boxes))
    page, x = wider(ink, 4 * high), ink.shape[1] + high // 2
    while x < page.shape[1] - high // 2:
        width = int(rng.integers(1, 5))
        page[20 : 20 + high, x : x + width] = 1
        x += width + int(rng.integers(2, 6))
    return plain(page)


def with_a_code(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """A square of black and white cells, like a QR code."""
    high = int(max(box[3] for box in written.boxes))
    cells = np.kron(rng.integers(0, 2, (25, 25)), np.ones((max(2, 2 * high // 25),) * 2))
    page = np.pad(ink, ((0, max(0, len(cells) + 20 - len(ink))), (0, len(cells) + high)))
    page[10 : 10 + len(cells), ink.shape[1] + high // 2 :][:, : len(cells)] = cells
    return plain(page)


def in_a_table(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """Each line in a cell, with a second column that is empty."""
    lines, thick, level = lines_of(written), int(rng.integers(1, 4)), int(rng.integers(120, 256))
    right = max(left + width for left, _, width, _ in written.boxes) + 40

    def table(draw: ImageDraw.ImageDraw) -> None:
        tops = [min(top for _, top, _, _ in line) - 20 for line in lines]
        bottom = max(top + high for _, top, _, high in lines[-1]) + 20
        for y in (*tops, bottom):
            draw.line((20, y, right + 120, y), fill=level, width=thick)
        for x in (20, right, right + 120):
            draw.line((x, tops[0], x, bottom), fill=level, width=thick)

    return plain(np.maximum(drawn(np.zeros_like(wider(ink, 200)), table), wider(ink, 200)))


def in_a_comb(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """Joined boxes, one for each digit."""
    thick, level = int(rng.integers(1, 4)), int(rng.integers(120, 256))

    def comb(draw: ImageDraw.ImageDraw) -> None:
        for line in lines_of(written):
            top, foot = min(box[1] for box in line) - 12, max(box[1] + box[3] for box in line) + 12
            first, last = line[0][0] - 15, line[-1][0] + line[-1][2] + 15
            between = [(a[0] + a[2] + b[0]) / 2 for a, b in pairwise(line)]
            draw.rectangle((first, top, last, foot), outline=level, width=thick)
            for x in between:
                draw.line((x, top, x, foot), fill=level, width=thick)

    return plain(np.maximum(drawn(np.zeros_like(ink), comb), ink))


def in_brackets(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    page = np.pad(ink, ((0, 0), (40, 40)))

    def brackets(draw: ImageDraw.ImageDraw) -> None:
        for line in lines_of(written):
            top, foot = min(box[1] for box in line) - 24, max(box[1] + box[3] for box in line) + 24
            first, last, wide = line[0][0] + 40, line[-1][0] + line[-1][2] + 40, rng.uniform(30, 50)
            draw.arc((first - 22, top, first - 22 + 2 * wide, foot), 115, 245, fill=255, width=3)
            draw.arc((last + 22 - 2 * wide, top, last + 22, foot), -65, 65, fill=255, width=3)

    return plain(np.maximum(drawn(np.zeros_like(page), brackets), page))


def of_one_brightness(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Image.Image:
    """Pen and paper of one brightness, and of different colours."""
    weights, level = np.array([0.299, 0.587, 0.114]), rng.uniform(110, 150)
    paper = np.array([level - 80, level + 45, level])
    pen = np.array([level + 80, level - 40, level])
    paper, pen = (colour + level - float(weights @ colour) for colour in (paper, pen))
    mixed = paper * (1 - ink[..., None]) + pen * ink[..., None]
    return Image.fromarray(np.rint(np.clip(mixed, 0, 255)).astype(np.uint8))


def of_twelve_bits(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> bytes:
    """Levels of 12 bits in a PNG of 16."""
    file = io.BytesIO()
    Image.fromarray(np.rint(4095 * (0.9 - 0.7 * ink)).astype(np.uint16)).save(file, "PNG")
    return file.getvalue()


def without_an_end(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> bytes:
    """A JPEG file whose end marker is missing."""
    file = io.BytesIO()
    Image.fromarray(plain(ink)).save(file, "JPEG", quality=90)
    return file.getvalue()[:-2]


def with_a_video(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> bytes:
    """A photo with a video behind its end, as telephones take them."""
    file = io.BytesIO()
    Image.fromarray(plain(ink)).save(file, "JPEG", quality=90)
    video = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + rng.bytes(int(rng.integers(100_000, 3_000_000)))
    return file.getvalue() + video


def on_ruled_paper(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """Lines, a margin and punch holes."""
    high = max(box[3] for box in written.boxes)
    page = np.pad(ink, ((0, 0), (int(1.5 * high), 0)))
    pitch, level, thick = rng.uniform(1.0, 1.9) * high, int(rng.integers(50, 140)), int(rng.integers(1, 4))

    def ruled(draw: ImageDraw.ImageDraw) -> None:
        for y in np.arange(rng.uniform(0.2, 1) * pitch, page.shape[0], pitch):
            draw.line((0, y, page.shape[1], y), fill=level, width=thick)
        draw.line((1.2 * high, 0, 1.2 * high, page.shape[0]), fill=level, width=thick)
        for y in np.arange(0.8 * high, page.shape[0] - 0.4 * high, 3 * high):
            draw.ellipse((0.3 * high, y - 0.2 * high, 0.7 * high, y + 0.2 * high), fill=200)

    return plain(np.maximum(drawn(np.zeros_like(page), ruled), page))


def on_squared_paper(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    high = max(box[3] for box in written.boxes)
    pitch, level, thick = rng.uniform(0.4, 1.1) * high, int(rng.integers(40, 110)), int(rng.integers(1, 3))

    def squares(draw: ImageDraw.ImageDraw) -> None:
        for y in np.arange(rng.uniform(0, 1) * pitch, ink.shape[0], pitch):
            draw.line((0, y, ink.shape[1], y), fill=level, width=thick)
        for x in np.arange(rng.uniform(0, 1) * pitch, ink.shape[1], pitch):
            draw.line((x, 0, x, ink.shape[0]), fill=level, width=thick)

    return plain(np.maximum(drawn(np.zeros_like(ink), squares), ink))


def in_a_shadow(ink: np.ndarray, written: Sheet, rng: np.random.Generator) -> Grey:
    """The hard shadow of a hand or a telephone over a part of the page."""
    y, x = np.mgrid[: ink.shape[0], : ink.shape[1]]
    angle, soft = rng.uniform(0, 2 * np.pi), rng.uniform(2, 12)
    along = np.cos(angle) * x + np.sin(angle) * y
    edge = rng.uniform(*np.quantile(along, [0.3, 0.7]))
    light = 1 - rng.uniform(0.3, 0.5) / (1 + np.exp(-np.clip((along - edge) / soft, -50, 50)))
    noisy = plain(ink, 0.95) * light + rng.normal(0, 2, ink.shape)
    return np.rint(noisy.clip(0, 255)).astype(np.uint8)


def lines_of(written: Sheet) -> list[list[tuple[float, float, float, float]]]:
    """The boxes of each line."""
    lines = [[written.boxes[0]]]
    for before, box in pairwise(written.boxes):
        if box[0] < before[0]:
            lines.append([])
        lines[-1].append(box)
    return lines


KINDS: dict[str, Kind] = {
    "on a table": on_a_table,
    "on a scanner": on_a_scanner,
    "in circles": in_circles,
    "in boxes": in_boxes,
    "with a logo": with_a_logo,
    "with a logo that touches": with_a_logo_that_touches,
    "with a barcode": with_a_barcode,
    "with a code": with_a_code,
    "in a table": in_a_table,
    "in a comb": in_a_comb,
    "in brackets": in_brackets,
    "of one brightness": of_one_brightness,
    "of twelve bits": of_twelve_bits,
    "without an end": without_an_end,
    "with a video": with_a_video,
    "on ruled paper": on_ruled_paper,
    "on squared paper": on_squared_paper,
    "in a shadow": in_a_shadow,
}


ALONE = "in circles", "with a logo that touches"  # circles of two lines would touch, and a logo would hide digits


def pages(kind: str, count: int, seed: int) -> Iterator[tuple[Picture, Picture, str]]:
    """A page as it is, the same with what is no writing, and its text, `count` times."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        lines = 1 if kind in ALONE else int(rng.integers(1, 4))
        texts = ["".join(str(n) for n in rng.integers(0, 10, rng.integers(3, 8))) for _ in range(lines)]
        gap = rng.uniform(1.4, 1.8) if kind == "in circles" else rng.uniform(0.5, 0.9)
        written = sheet(texts, rng, gap=gap)
        written.columns = max(written.columns, int(max(left + width for left, _, width, _ in written.boxes)) + 60)
        ink = 1 - written.grey() / 255.0
        yield plain(ink), KINDS[kind](ink, written, rng), "\n".join(texts)


def dates(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Numbers with slashes between them that are higher than the digits, and what stands there, `count` times."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        written, high, left = Sheet(220, 1200, 3.0), 60.0, 60.0
        parts = ["".join(str(n) for n in rng.integers(0, 10, rng.integers(1, 3))) for _ in range(rng.integers(2, 4))]
        higher, lean, gap = rng.uniform(1.4, 1.9), rng.uniform(0.1, 0.6), rng.uniform(0.08, 0.3)
        for i, part in enumerate(parts):
            if i:
                top, foot = 110 - higher * high / 2, 110 + higher * high / 2
                t = np.linspace(0, 1, 9)
                bend = 0.02 * high * np.sin(np.pi * t) * rng.normal()
                x = left + lean * (foot - top) * (1 - t) + bend
                written.strokes.append(np.stack([x - lean * high * 0.3, top + (foot - top) * t], axis=1))
                left += (lean * 0.7 + gap) * high
            left = written.write(part, left, 80, high, rng, gap=0.25)
        written.columns = int(left) + 80
        yield written.grey(), " ".join(parts)


def times(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Times of the day with a colon, and the two numbers, `count` times."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        written, high = Sheet(200, 900, 3.0), 60.0
        parts = [str(rng.integers(0, 24)), f"{rng.integers(0, 60):02}"]
        left = written.write(parts[0], 60, 70, high, rng, gap=0.25)
        x, long = left + 0.1 * high, rng.uniform(0.02, 0.25) * high
        for y in (70 + 0.35 * high, 70 + 0.8 * high):
            written.strokes.append(np.array([[x, y - long / 2], [x - rng.uniform(0, 0.3) * long, y + long / 2]]))
        left = written.write(parts[1], x + 0.3 * high, 70, high, rng, gap=0.25)
        written.columns = int(left) + 80
        yield written.grey(), " ".join(parts)


def telephone_numbers(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Numbers such as (555) 123-4567, whose brackets and dash end a number, `count` times."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        written, high, top = Sheet(220, 1500, 3.0), 60.0, 80.0
        parts = ["".join(str(n) for n in rng.integers(0, 10, n)) for n in (3, 3, 4)]
        left, bow, gap = 110.0, rng.uniform(0.12, 0.25) * high, rng.uniform(0.15, 0.35)
        t = np.linspace(-1, 1, 15)
        for i, part in enumerate(parts):
            if i == 2:
                y = top + high * rng.uniform(0.45, 0.6)
                written.strokes.append(np.array([[left + 0.1 * high, y], [left + 0.5 * high, y + rng.normal()]]))
                left += 0.7 * high
            begin = left
            left = written.write(part, left, top, high, rng, gap=gap)
            if i == 0:
                middle, reach = top + high / 2, high * rng.uniform(0.65, 0.85)
                for side, x in ((-1, begin - 0.25 * high), (1, left - gap * high + 0.25 * high)):
                    bracket = np.stack([x - side * bow * t * t, middle + reach * t], axis=1)
                    written.strokes.append(bracket)
                left += 0.55 * high
        written.columns = int(left) + 80
        yield written.grey(), " ".join(parts)


def tables(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Numbers of two or three digits in the cells of a ruled table, `count` times."""
    for number in range(count):
        yield table(np.random.default_rng([seed, number]))


def table(rng: np.random.Generator) -> tuple[Grey, str]:
    rows, columns, high = int(rng.integers(2, 6)), int(rng.integers(2, 5)), rng.uniform(36, 60)
    wide, tall, edge = rng.uniform(3.4, 4.5) * high, rng.uniform(1.7, 2.3) * high, 30
    written = Sheet(int(rows * tall) + 2 * edge, int(columns * wide) + 2 * edge, high * 0.05)
    cells = [["".join(map(str, rng.integers(0, 10, rng.integers(2, 4)))) for _ in range(columns)] for _ in range(rows)]
    for row, line in enumerate(cells):
        for column, text in enumerate(line):
            top = edge + row * tall + (tall - high) / 2
            written.write(text, edge + column * wide + 0.4 * high, top, high, rng, gap=0.15)
    lefts, tops = edge + wide * np.arange(columns + 1), edge + tall * np.arange(rows + 1)
    return ruled(written, rng, lefts, tops), "\n".join(" ".join(line) for line in cells)


def ruled(
    written: Sheet, rng: np.random.Generator, lefts: np.ndarray, tops: np.ndarray, thick: np.ndarray | None = None
) -> Grey:
    """A page with the lines of a table. lefts, tops: where they are; thick: how thick, for each; None: as drawn."""
    usual, level = int(rng.integers(1, 4)), int(rng.integers(110, 256))

    def lines(draw: ImageDraw.ImageDraw) -> None:
        for at, ends, upright in ((tops, lefts, False), (lefts, tops, True)):
            for i, place in enumerate(at):
                ends_at = ((place, ends[0]), (place, ends[-1])) if upright else ((ends[0], place), (ends[-1], place))
                width = usual if thick is None else int(thick[i])
                draw.line([tuple(map(float, point)) for point in ends_at], fill=level, width=width)

    ink = 1 - written.grey() / 255.0
    return plain(np.maximum(drawn(np.zeros_like(ink), lines), ink))


def narrow_tables(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Tables with cells hardly wider than their numbers, so that numbers of neighbouring cells nearly touch."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        rows, columns, high = int(rng.integers(2, 5)), int(rng.integers(2, 5)), rng.uniform(40, 60)
        tall, edge, away = rng.uniform(1.6, 2.0) * high, 0.6 * high, rng.uniform(0.08, 0.2) * high
        written = Sheet(int(rows * tall + 2 * edge), int(12 * high * columns), high * 0.05)
        texts, lefts = [[""] * columns for _ in range(rows)], [edge]
        for column in range(columns):
            ends = []
            for row in range(rows):
                texts[row][column] = text = "".join(map(str, rng.integers(0, 10, rng.integers(2, 4))))
                top = edge + row * tall + (tall - high) / 2
                written.write(text, lefts[-1] + away, top, high, rng, gap=0.15)
                ends.append(max(left + width for left, _, width, _ in written.boxes[-len(text) :]))
            lefts.append(max(ends) + away)
        written.columns = int(lefts[-1] + edge)
        grey = ruled(written, rng, np.array(lefts), edge + tall * np.arange(rows + 1))
        yield grey, "\n".join(" ".join(line) for line in texts)


def sudokus(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """A digit in some of the 9×9 cells: each is a number of its own."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        high, edge = rng.uniform(30, 44), 40.0
        side = rng.uniform(1.5, 1.9) * high
        written = Sheet(int(9 * side + 2 * edge), int(9 * side + 2 * edge), high * 0.06)
        given = rng.random((9, 9)) < rng.uniform(0.35, 0.6)
        lines = []
        for row in range(9):
            texts = [str(digit) if here else "" for digit, here in zip(rng.integers(1, 10, 9), given[row], strict=True)]
            for column, text in enumerate(texts):
                left = edge + column * side + rng.uniform(0.3, 0.4) * side
                written.write(text, left, edge + row * side + (side - high) / 2, high, rng)
            lines.append(" ".join(text for text in texts if text))
        places = edge + side * np.arange(10)
        thick = np.where(np.arange(10) % 3, 1, rng.integers(2, 5))
        yield ruled(written, rng, places, places, thick), "\n".join(line for line in lines if line)


def in_squares(count: int, seed: int) -> Iterator[tuple[Grey, str]]:
    """Numbers on squared paper with a digit in each square: the lines of the paper end none of them."""
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        high, lines = rng.uniform(44, 60), int(rng.integers(1, 4))
        side = rng.uniform(1.25, 1.5) * high
        texts = ["".join(map(str, rng.integers(0, 10, rng.integers(3, 7)))) for _ in range(lines)]
        written = Sheet(int((2 * lines + 1) * side), int(9.5 * side), high * 0.05)
        first_left, first_top = rng.uniform(0.2, 0.8, 2) * side
        for row, text in enumerate(texts):
            for column, digit in enumerate(text):
                left, top = first_left + (column + 1) * side + 0.25 * side, first_top + 2 * row * side
                written.write(digit, left, top + (side - high) / 2, high, rng, wobble=0.02)
        lefts, tops = (first + side * np.arange(-1, 12) for first in (first_left, first_top))
        yield ruled(written, rng, lefts, tops), "\n".join(texts)


WRITTEN: dict[str, Callable[[int, int], Iterator[tuple[Grey, str]]]] = {
    "dates": dates,
    "times": times,
    "telephone numbers": telephone_numbers,
    "tables of numbers": tables,
    "narrow tables": narrow_tables,
    "sudokus": sudokus,
    "in squares of paper": in_squares,
}
