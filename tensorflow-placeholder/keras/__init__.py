"""Stand in for Keras where Rasa 3.6.21 only names it; see the tensorflow package beside this one."""

import tensorflow


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return tensorflow._attribute(__name__, name)
