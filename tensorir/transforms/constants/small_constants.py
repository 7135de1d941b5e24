"""Many small constants as one content of the store: a file for each would take longer to open than it takes to compute
them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from attrs import define, field

from tensorir.interp.context import Array
from tensorir.store.layout import offsets
from tensorir.transforms.constants.initializer_programs import Initializer

_HELD = 1


@define
class SmallConstants:
    """Those of one program. Their content is a byte for each, which says whether the content holds it, and then the
    constants; one that kernels can't compute is not held. Equal ones, by their keys, lie in one place."""

    initializers: Mapping[str, Initializer]
    keys: Mapping[str, bytes]
    """The names are the same, in the same order."""
    made: dict[str, Array] = field(factory=dict[str, Array])
    """Those that were computed."""

    @property
    def size(self) -> int:
        """The bytes of the content."""
        return self._places()[1]

    def _places(self) -> tuple[dict[str, int], int]:
        """Returns where the constants begin, and where the content ends."""
        sizes = {self.keys[name]: i.size for name, i in self.initializers.items()}
        (_, *begins), end = offsets([len(self.initializers), *sizes.values()])
        by_key = dict(zip(sizes, begins, strict=True))
        return {name: by_key[self.keys[name]] for name in self.initializers}, end

    def content(self) -> npt.NDArray[np.uint8]:
        """Returns the content of those that were computed."""
        places, size = self._places()
        content = np.zeros(size, np.uint8)
        for number, (name, at) in enumerate(places.items()):
            if (array := self.made.get(name)) is not None:
                content[number] = _HELD
                content[at : at + array.nbytes] = array.reshape(-1).view(np.uint8)
        return content

    def read(self, content: npt.NDArray[np.uint8]) -> dict[str, Array]:
        """Returns the constants that a content holds, in its memory."""
        return {
            name: content[at : at + i.size].view(i.dtype).reshape(i.shape)
            for number, ((name, i), at) in enumerate(
                zip(self.initializers.items(), self._places()[0].values(), strict=True)
            )
            if content[number] == _HELD
        }
