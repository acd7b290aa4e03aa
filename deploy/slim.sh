#!/bin/sh
# Takes out of an image's libraries what only learning, tests and other programs need: `deploy/slim.sh .venv/lib/python3.13/site-packages`.
# What is left must answer (tests/test_libraries.py).
set -eu
cd "$1"
# Of scipy Rasa uses the sparse matrices, which need no linear algebra. The versions of both stay, for a model is known by them.
rm -r sklearn scikit_learn.libs scipy.libs scipy/sparse/linalg
find scipy -mindepth 1 -maxdepth 1 -type d ! -name sparse ! -name '_*' -exec rm -r {} +
# The encoder's network runs through the library for Python; the other is the same for programs in C.
rm -r onnxruntime/transformers onnxruntime/quantization onnxruntime/tools onnxruntime/capi/libonnxruntime.so.*
# The places that telephone numbers are of, and tests and sources of libraries.
find . -depth -type d \( -name tests -o -name geodata \) -exec rm -r {} +
find . -type f \( -name '*.c' -o -name '*.cpp' -o -name '*.h' -o -name '*.pyx' \) -delete
