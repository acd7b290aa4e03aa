"""Give numpy 2 the two names back that Rasa 3.6.21 reads, in the moment in which Rasa is imported.

Python runs `install` at start (rasa-numpy-names.pth), so that Rasa's own commands find the names as well. Until `rasa` is imported
nothing happens and numpy is not loaded.
"""

import importlib.abc
import sys


class _BeforeRasa(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname == "rasa":
            sys.meta_path.remove(self)
            import numpy

            if not hasattr(numpy, "VisibleDeprecationWarning"):
                numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning
            if not hasattr(numpy, "float_"):
                numpy.float_ = numpy.float64
        return None


def install():
    """Wait for the import of Rasa."""
    sys.meta_path.insert(0, _BeforeRasa())
