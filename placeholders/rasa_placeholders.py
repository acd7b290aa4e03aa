"""Stand in for the libraries that Rasa 3.6.21 only names at import, and mend three things in the moment in which Rasa is imported.

Rasa imports its neural components, every messenger and every store that it knows, whether they are used or not; they subclass,
annotate and decorate with names from libraries that this project never uses and does not install. The names are enough: a name in
capitals is an empty class, an exception where it is called so, every other name a placeholder module. Whatever calls into one raises
LibraryMissing, which names the thing called. A library that is installed after all is used as it is.

Python runs `install` at start (rasa-placeholders.pth), so that Rasa's own commands find the names as well. Until one is asked for
nothing happens, and numpy is not loaded before Rasa.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from typing import ClassVar

# Import names; pyproject.toml leaves out what they belong to.
LIBRARIES = (
    "tensorflow",
    "keras",
    "aio_pika",
    "aiogram",
    "aiormq",
    "boto3",
    "botocore",
    "fbmessenger",
    "google.auth",
    "google.oauth2",
    "pymongo",
    "redis",
    "slack_sdk",
    "socketio",
    "webexteamssdk",
)
_PLOTTING = "rasa.utils.plotting"
# Rasa's own: how its neural components hold their data. Useless without TensorFlow, and it imports all of scikit-learn.
_NEURAL = "rasa.utils.tensorflow.model_data"
_EXCEPTIONS = ("Error", "Exception", "Failure")


class LibraryMissing(RuntimeError):
    """Something that is only named here was used; the library that it belongs to is not installed."""


def _missing(name):
    return LibraryMissing(
        f"{name} was used, but this project does not install the library that it belongs to. Use a part of Rasa that needs"
        " none of them, or take the library out of LIBRARIES (placeholders/) and of the overrides in pyproject.toml."
    )


class _NamedClass(type):
    """Make classes that can be subscripted and looked into, like the ones they stand for."""

    def __getitem__(cls, _item):
        return cls

    def __iter__(cls):
        return iter(())

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(f"{cls.__module__}.{cls.__name__}", name)

    def __call__(cls, *args, **kwargs):
        raise _missing(f"{cls.__module__}.{cls.__name__}")


class _PlaceholderModule(types.ModuleType):
    __path__: ClassVar[list[str]] = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return _attribute(self.__name__, name)

    def __call__(self, *args, **kwargs):
        raise _missing(self.__name__)


def _attribute(owner, name):
    if name[:1].isupper():
        return _NamedClass(name, (Exception,) if name.endswith(_EXCEPTIONS) else (), {"__module__": owner})
    return _module(f"{owner}.{name}")


def _module(name):
    if name not in sys.modules:
        sys.modules[name] = _PlaceholderModule(name)
    return sys.modules[name]


def _is_tensor(_value):
    """Say that nothing is a tensor: libraries that draw ask this of every array once a module of this name is loaded."""
    return False


class _Placeholders(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Answers last, when nothing that is installed has the name."""

    def find_spec(self, fullname, path, target=None):
        if any(fullname == name or fullname.startswith(f"{name}.") for name in LIBRARIES):
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return _PlaceholderModule(spec.name)

    def exec_module(self, module):
        if module.__name__ == "tensorflow":
            module.is_tensor = _is_tensor


class _NoPictures(importlib.abc.Loader):
    """Stands in for the module by which `rasa test` draws, where matplotlib is not installed: reports come without pictures."""

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        def draw(*_args, **_kwargs):
            print("No picture is drawn: matplotlib is not installed.", file=sys.stderr)

        for name in ("plot_confusion_matrix", "plot_paired_histogram", "plot_curve"):
            setattr(module, name, draw)


class _WithRasa(importlib.abc.MetaPathFinder):
    """Gives numpy 2 the two names back that Rasa reads, and Rasa a way to do without pictures and without neural components."""

    def find_spec(self, fullname, path, target=None):
        if fullname == "rasa":
            import numpy

            if not hasattr(numpy, "VisibleDeprecationWarning"):
                numpy.VisibleDeprecationWarning = numpy.exceptions.VisibleDeprecationWarning
            if not hasattr(numpy, "float_"):
                numpy.float_ = numpy.float64
        if fullname == _PLOTTING and importlib.util.find_spec("matplotlib") is None:
            return importlib.machinery.ModuleSpec(fullname, _NoPictures())
        if fullname == _NEURAL and importlib.machinery.PathFinder.find_spec("tensorflow") is None:
            return importlib.machinery.ModuleSpec(fullname, _Placeholders())
        return None


def install():
    """Wait for the import of Rasa and of what it names."""
    sys.meta_path.insert(0, _WithRasa())
    sys.meta_path.append(_Placeholders())
