"""A photo or scan of many digits becomes numbers.

paper.py       grey -> ink on level paper
ruling.py      the lines of paper and forms go
pieces.py      ink that hangs together
lines.py       pieces -> lines of writing
cuts.py        where touching digits could be cut apart
parts.py       a line, cut wherever it can be
separators.py  what is no digit by its shape: dashes, dots, slashes
whole.py       is this one whole digit, or a part of one, or two?
split.py       a line -> digits, by the cheapest way through all these possibilities
page.py        all of it: a picture -> a Page
drawing.py     a Page drawn over its picture
"""
