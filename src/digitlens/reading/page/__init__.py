"""A photo or scan of many digits becomes numbers.

paper.py                  grey -> ink on level paper
ruling.py                 removes the printed lines of ruled paper and forms
figures.py                finds what is no writing: circles around digits, logos, codes
lines.py                  pieces -> lines of writing
cuts.py                   where touching digits could be cut apart
parts.py                  a line of writing, cut at every possible place
separators.py             marks that are not digits, told by their shape: dashes, dots, slashes
segment_network.py        which digit is it, or is it a part of one, or two?
small_network.py          the small networks that pages are read with: how their files are read and written
segmentation.py           a line of parts -> digits, by the cheapest combination of parts
ways.py                   the next cheapest combinations: what else a number could be
neighbours.py             what stands beside a number and is in none
confidence.py             how probable it is that a number is right, and each digit of it
cells.py                  which cells of a table or a comb a line runs through
line_reading.py           a line of digits -> its numbers
numbers.py                numbers and digits, with their boxes
budget.py                 how much work one page may take
page.py                   all of it: a picture -> a Page
drawing.py                a Page drawn over its picture
"""
