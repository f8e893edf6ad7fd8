"""784-16-16-10 behind straightening: the slant of the handwriting is taken out before the network sees it.

Trained as video_best.py is, but images are drawn anew more gently: on held-out images it is all the same to it.
"""

from digitlens.learning.recipes.video_best import VIDEO_BEST

STRAIGHT = VIDEO_BEST.changed(name="straight", preparation=("straighten",), augmentation="gentle")
