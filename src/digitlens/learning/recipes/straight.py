"""784-16-16-10 behind straightening: slant and size of the handwriting are taken out before the network sees it.

Trained as video_best.py is, but images are drawn anew gently: moderately read no more of the held-out ones.
"""

from digitlens.learning.recipes.video_best import VIDEO_BEST

STRAIGHT = VIDEO_BEST.changed(name="straight", preparation=("straighten", "resize"), augmentation="gentle")
