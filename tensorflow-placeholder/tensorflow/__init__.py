"""Stand in for TensorFlow where Rasa 3.6.21 only names it.

Rasa's default recipe imports its neural components, which subclass, annotate and decorate with names from TensorFlow. This project
uses none of them, so the names are enough: a name in capitals is an empty class, every other name a placeholder module. Whatever
calls into one raises TensorFlowMissing, which names the thing called.
"""

import importlib.abc
import importlib.machinery
import sys
import types
from typing import ClassVar

_ROOTS = ("tensorflow", "keras")


class TensorFlowMissing(RuntimeError):
    """A component that needs TensorFlow was used; it is not installed here."""


class _NamedClass(type):
    """Make classes that can be subscripted and looked into, like the ones they stand for."""

    def __getitem__(cls, _item):
        return cls

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(f"{cls.__module__}.{cls.__name__}", name)

    def __call__(cls, *args, **kwargs):
        raise TensorFlowMissing(
            f"{cls.__module__}.{cls.__name__} needs TensorFlow, which this project does not install."
            " Use a component of bot.nlu or one that Rasa builds on scikit-learn."
        )


class _PlaceholderModule(types.ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(self.__name__, name)

    def __call__(self, *args, **kwargs):
        raise TensorFlowMissing(f"{self.__name__} needs TensorFlow, which this project does not install.")


def _attribute(owner, name):
    if name[:1].isupper():
        return _NamedClass(name, (), {"__module__": owner})
    return _module(f"{owner}.{name}")


def _module(name):
    if name not in sys.modules:
        sys.modules[name] = _PlaceholderModule(name)
    return sys.modules[name]


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path, target=None):
        if fullname.partition(".")[0] in _ROOTS and "." in fullname:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return _PlaceholderModule(spec.name)

    def exec_module(self, module):
        pass


sys.meta_path.append(_Finder())


def is_tensor(_value):
    """Say that nothing is a tensor: matplotlib asks this of every array once a module of this name is loaded."""
    return False


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return _attribute(__name__, name)
