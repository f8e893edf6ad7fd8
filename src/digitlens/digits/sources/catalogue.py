"""The data sets that are known by name: where each is, how its bytes are known to be right, and what its classes are.

Every hash was published by somebody else, who is named beside it; none is our own. They are hashes of the packed files
as they are served, but for MNIST, whose mirrors pack it in different ways (see mnist.py).
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass

from digitlens.digits.dataset import DIGITS
from digitlens.errors import IdxError

_TENSORFLOW = "TensorFlow Datasets, url_checksums"
_TORCHVISION = "torchvision, torchvision/datasets"
_ROOM = 1 << 16  # bytes that a packed file may have more than it holds, where nobody published its size


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """One file as it is served."""

    name: str
    most: int  # bytes: its size where that was published, else more than it can have
    sha256: str = ""  # of these bytes; empty where the published hash is another one
    md5: str = ""
    holds: tuple[str, ...] = ()  # of a zip archive: the files in it that are kept, in its folder gzip/

    @property
    def served(self) -> str:
        """What its address ends in."""
        return self.name

    def checked(self, came: bytearray) -> bytearray:
        """The bytes that came, if they are right; IdxError for any others."""
        kind, wanted, made = self._hashes(came)
        if made != wanted:
            raise IdxError(f"other bytes than those of {self.name}: {kind} {made[:12]}…, wanted {wanted[:12]}…")
        return came

    def is_right(self, came: bytearray) -> bool:
        """Whether these are its bytes."""
        _, wanted, made = self._hashes(came)
        return made == wanted

    def _hashes(self, came: bytearray) -> tuple[str, str, str]:
        if self.sha256:
            return "SHA-256", self.sha256, hashlib.sha256(came).hexdigest()
        return "MD5", self.md5, hashlib.md5(came, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A data set that is known by its name."""

    name: str  # what --data and dl.data() call it
    title: str  # what people call it
    training: int  # images to learn from
    test: int  # and to be tested on
    image_shape: tuple[int, int]
    classes: tuple[str, ...]
    licence: str
    home: str  # where to read about it
    mirrors: tuple[str, ...]  # folders on the web that hold the files
    hashes: str  # who published them
    folder: str  # of the cache that holds it
    torchvision: str  # the folder that torchvision keeps it in
    files: tuple[PublishedFile, ...] = ()  # training images, their labels, test images, their labels; one may hold all
    begins: str = ""  # what the names of its files begin with, where that tells it from others
    turned: bool = False  # whether its images are stored with rows and columns exchanged
    first_label: int = 0  # the number that stands for class 0

    @property
    def size(self) -> int:
        """Bytes of a download, at most."""
        return sum(file.most for file in self.files)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its files once they are here: training images, their labels, test images, their labels.

        >>> EMNIST[1].names[1]
        'emnist-letters-train-labels-idx1-ubyte.gz'
        """
        own = (name for file in self.files for name in file.holds or (file.name,))
        return tuple(name for name in own if name.startswith(self.begins))


def _idx(names: str, *files: tuple[int, str]) -> tuple[PublishedFile, ...]:
    return tuple(PublishedFile(name, most, sha256=sha) for name, (most, sha) in zip(_four(names), files, strict=True))


def _four(test: str, begin: str = "") -> tuple[str, ...]:
    return tuple(
        f"{begin}{part}-{kind}-ubyte.gz" for part in ("train", test) for kind in ("images-idx3", "labels-idx1")
    )


MNIST = KnownSet(
    name="mnist",
    title="MNIST",
    training=60_000,
    test=10_000,
    image_shape=(28, 28),
    classes=DIGITS,
    licence="CC BY-SA 3.0 (as Keras states)",
    home="http://yann.lecun.com/exdb/mnist/",
    mirrors=(),  # download.py has them
    hashes="of the unpacked files, which every mirror serves alike",
    folder="mnist",
    torchvision="MNIST",
)
FASHION = KnownSet(
    name="fashion-mnist",
    title="Fashion-MNIST",
    training=60_000,
    test=10_000,
    image_shape=(28, 28),
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    licence="MIT, Zalando SE",
    home="https://github.com/zalandoresearch/fashion-mnist",
    mirrors=(
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
    ),
    hashes=f"{_TENSORFLOW}/fashion_mnist.txt",
    folder="fashion-mnist",
    torchvision="FashionMNIST",
    files=_idx(
        "t10k",
        (26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        (29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        (4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        (5_148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
    ),
)
KMNIST = KnownSet(
    name="kmnist",
    title="Kuzushiji-MNIST",
    training=60_000,
    test=10_000,
    image_shape=(28, 28),
    classes=("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
    licence="CC BY-SA 4.0, ROIS-DS Center for Open Data in the Humanities",
    home="https://github.com/rois-codh/kmnist",
    mirrors=("https://codh.rois.ac.jp/kmnist/dataset/kmnist/",),
    hashes=f"{_TENSORFLOW}/kmnist.txt",
    folder="kmnist",
    torchvision="KMNIST",
    files=_idx(
        "t10k",
        (18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
        (29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
        (3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
        (5_120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
    ),
)
QMNIST = KnownSet(
    name="qmnist",
    title="QMNIST",
    training=60_000,
    test=60_000,
    image_shape=(28, 28),
    classes=DIGITS,
    licence="BSD, Facebook, Inc. and its affiliates",
    home="https://github.com/facebookresearch/qmnist",
    mirrors=("https://raw.githubusercontent.com/facebookresearch/qmnist/master/",),
    hashes=f"{_TORCHVISION}/mnist.py",
    folder="qmnist",
    torchvision="QMNIST",
    files=tuple(
        PublishedFile(f"qmnist-{name}.gz", held + _ROOM, md5=md5)
        for name, held, md5 in (
            ("train-images-idx3-ubyte", 47_040_016, "ed72d4157d28c017586c42bc6afe6370"),
            ("train-labels-idx2-int", 1_920_012, "0058f8dd561b90ffdd0f734c6a30e5e4"),
            ("test-images-idx3-ubyte", 47_040_016, "1394631089c404de565df7b7aeaf9412"),
            ("test-labels-idx2-int", 1_920_012, "5b5b05890a5e13444e108efe57b788aa"),
        )
    ),
    begins="qmnist-",
)
USPS = KnownSet(
    name="usps",
    title="USPS",
    training=7_291,
    test=2_007,
    image_shape=(16, 16),
    classes=DIGITS,
    licence="none stated; cite Hull 1994",
    home="https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass.html#usps",
    mirrors=("https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/multiclass/",),
    hashes=f"{_TORCHVISION}/usps.py",
    folder="usps",
    torchvision="USPS",
    files=(
        PublishedFile("usps.bz2", 32 << 20, md5="ec16c51db3855ca6c91edd34d0e9b197"),
        PublishedFile("usps.t.bz2", 32 << 20, md5="8ea070ee2aca1ac39742fdd1ef5ed118"),
    ),
    first_label=1,
)
_EMNIST = PublishedFile(
    "gzip.zip",
    561_753_746,
    sha256="fb9bb67e33772a9cc0b895e4ecf36d2cf35be8b709693c3564cea2a019fcda8e",
    holds=tuple(
        name for kind in ("digits", "letters", "balanced", "byclass") for name in _four("test", f"emnist-{kind}-")
    ),
)
_LETTERS = DIGITS + tuple(string.ascii_uppercase)


def _emnist(kind: str, about: str, training: int, test: int, classes: tuple[str, ...], first: int = 0) -> KnownSet:
    return KnownSet(
        name=f"emnist-{kind}",
        title=f"EMNIST, {about}",
        training=training,
        test=test,
        image_shape=(28, 28),
        classes=classes,
        licence="none stated; made from NIST Special Database 19; cite Cohen et al. 2017",
        home="https://www.nist.gov/itl/products-and-services/emnist-dataset",
        mirrors=("https://biometrics.nist.gov/cs_links/EMNIST/", "https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/"),
        hashes=f"{_TENSORFLOW}/emnist.txt",
        folder="emnist",
        torchvision="EMNIST",
        files=(_EMNIST,),
        begins=f"emnist-{kind}-",
        turned=True,
        first_label=first,
    )


EMNIST = (
    _emnist("digits", "digits", 240_000, 40_000, DIGITS),
    _emnist("letters", "letters, large and small as one", 124_800, 20_800, tuple(string.ascii_lowercase), 1),
    _emnist("balanced", "as many of each", 112_800, 18_800, _LETTERS + tuple("abdefghnqrt")),
    _emnist("byclass", "by class", 697_932, 116_323, _LETTERS + tuple(string.ascii_lowercase)),
)
CATALOGUE = {known.name: known for known in (MNIST, FASHION, KMNIST, *EMNIST, QMNIST, USPS)}
