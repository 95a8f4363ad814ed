"""Makes `models/lac-small-zh/` from the weights that the package `jieba` carries (Baidu LAC, small, Apache-2.0).

    python -m eval.benchmarks.export_tagger        (needs the package `onnx`)

The network is a bidirectional GRU of two layers with a linear-chain CRF on single characters. Nothing is
trained: its parameters are read and written in another format, so that ONNX Runtime runs them in
well under a millisecond. Characters whose vector was never trained are left out.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.lac_tagger import BUILTIN_FOLDER, UNKNOWN

Floats = NDArray[np.float32]

WIDTH: Final = 128
"""Of a character's vector and of a GRU's state."""

TRAINED: Final = 3.0
"""Least length of a vector that was trained: the others are still as they were drawn, shorter than 1."""


def main() -> int:
    """Read, convert, write."""
    found = importlib.util.find_spec("jieba")
    if found is None or found.origin is None:
        print("The package jieba isn't installed.", file=sys.stderr)
        return 1
    source = Path(found.origin).parent / "lac_small"
    weights = {path.name: read_parameter(path) for path in (source / "model_baseline").iterdir()}
    characters = read_lines(source / "word.dic")
    lengths = np.linalg.norm(weights["word_emb"], axis=1)
    kept = [
        row for row, name in sorted(characters.items()) if name != "OOV" and len(name) == 1 and lengths[row] >= TRAINED
    ]
    unknown = next(row for row, name in characters.items() if name == "OOV")
    tags = read_lines(source / "tag.dic")
    BUILTIN_FOLDER.mkdir(exist_ok=True)
    graph = to_onnx(weights, weights["word_emb"][[*kept, unknown]])
    (BUILTIN_FOLDER / "tagger.onnx").write_bytes(graph.SerializeToString())
    np.savez_compressed(
        BUILTIN_FOLDER / "decoder.npz",
        characters=np.array([*(characters[row] for row in kept), UNKNOWN]),
        tags=np.array([tags[at] for at in sorted(tags)]),
        start=weights["crfw"][0],
        stop=weights["crfw"][1],
        transitions=weights["crfw"][2:],
    )
    print(f"{len(kept)} of {len(characters)} characters, {len(tags)} tags")
    return 0


def read_parameter(path: Path) -> Floats:
    """One parameter in the format of Paddle 1: versions, levels, a description (protobuf), the numbers."""
    data = path.read_bytes()
    (levels,) = struct.unpack_from("<Q", data, 4)
    at = 12
    for _ in range(levels):
        at += 8 + struct.unpack_from("<Q", data, at)[0]
    (size,) = struct.unpack_from("<i", data, at + 4)
    shape = read_shape(data[at + 8 : at + 8 + size])
    return np.frombuffer(data, np.float32, offset=at + 8 + size).reshape(shape)


def read_shape(description: bytes) -> list[int]:
    """The dimensions: field 2, varints. Field 1 is the type and must say 32-bit floats."""
    numbers: list[tuple[int, int]] = []
    at = 0
    while at < len(description):
        key, at = read_varint(description, at)
        value, at = read_varint(description, at)
        if key & 7 == 2:  # packed
            end = at + value
            while at < end:
                value, at = read_varint(description, at)
                numbers.append((key >> 3, value))
        else:
            numbers.append((key >> 3, value))
    if (1, 5) not in numbers:
        raise ValueError("These parameters aren't 32-bit floats.")
    return [value for field, value in numbers if field == 2]


def read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A protobuf number, and where the next one begins."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def read_lines(path: Path) -> dict[int, str]:
    """Number and name, one pair a line."""
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    return {int(line.split("\t")[0]): line.split("\t")[1] for line in lines if "\t" in line}


def to_onnx(weights: dict[str, Floats], embedding: Floats) -> Any:
    """Characters' numbers in, shape `(length,)`; a score for every tag out, shape `(length, tags)`."""
    constants: dict[str, NDArray[Any]] = {
        "embedding": embedding.astype(np.float16),
        "one": np.array([1], np.int64),
        "joined": np.array([0, 1, 2 * WIDTH], np.int64),
        "flat": np.array([-1, 2 * WIDTH], np.int64),
        "out_w": weights["fc_4.w_0"],
        "out_b": weights["fc_4.b_0"],
    }
    nodes = [
        helper.make_node("Gather", ["embedding", "ids"], ["halves"]),
        helper.make_node("Cast", ["halves"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["floats", "one"], ["layer0"]),
    ]
    for layer in range(2):
        both = [gru(weights, 2 * layer), gru(weights, 2 * layer + 1)]
        for at, name in enumerate("wrb"):
            constants[f"{name}{layer}"] = np.stack([each[at] for each in both])
        names = [f"{name}{layer}" for name in "wrb"]
        nodes += [
            helper.make_node(
                "GRU", [f"layer{layer}", *names], [f"y{layer}"], direction="bidirectional", hidden_size=WIDTH
            ),
            helper.make_node("Transpose", [f"y{layer}"], [f"t{layer}"], perm=[0, 2, 1, 3]),
            helper.make_node("Reshape", [f"t{layer}", "joined"], [f"layer{layer + 1}"]),
        ]
    nodes += [
        helper.make_node("Reshape", ["layer2", "flat"], ["state"]),
        helper.make_node("Gemm", ["state", "out_w", "out_b"], ["scores"]),
    ]
    graph = helper.make_graph(
        nodes,
        "lac-small-zh",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["length"])],
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["length", len(weights["fc_4.b_0"])]),
            helper.make_tensor_value_info("state", TensorProto.FLOAT, ["length", 2 * WIDTH]),
        ],
        [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def gru(weights: dict[str, Floats], number: int) -> tuple[Floats, Floats, Floats]:
    """One direction in ONNX's form.

    Paddle keeps the update gate, the reset gate and the candidate in this order, as ONNX does. But its
    update gate tells how much of the *new* state is taken and ONNX's how much of the *old* one stays,
    so that everything that goes into it changes its sign.
    """
    sign = np.repeat(np.array([-1.0, 1.0, 1.0], np.float32), WIDTH)
    flat = weights[f"gru_{number}.w_0"].ravel()
    gates = flat[: 2 * WIDTH * WIDTH].reshape(WIDTH, 2 * WIDTH)
    candidate = flat[2 * WIDTH * WIDTH :].reshape(WIDTH, WIDTH)
    recurrent = np.hstack([gates, candidate]) * sign
    bias = (weights[f"fc_{number}.b_0"] + weights[f"gru_{number}.b_0"].ravel()) * sign
    taken = weights[f"fc_{number}.w_0"] * sign
    return taken.T, recurrent.T, np.concatenate([bias, np.zeros(3 * WIDTH, np.float32)])


if __name__ == "__main__":
    sys.exit(main())
