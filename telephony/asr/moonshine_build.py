"""Making the packaged Moonshine weights fast, once: they are then kept in the user's cache.

As packaged, every weight is stored as uint8 with a Cast, a Mul and an Add that are computed again at
each token, and one merged decoder holds two graphs behind an If. Here the graphs are parted, the
constants folded, and the decoders quantised to int8 dynamically. The encoder stays fp32: quantised it
hears visibly worse in noise.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from engine.cache_folder import cache_folder

FORMAT = 1
"""Raised when what this module makes changes, so that older files are made again."""
PARTS = ("encoder.onnx", "first.onnx", "next.onnx", "tokenizer.bin")
_PACKAGE = "moonshine_cpp"
_DISTRIBUTION = "moonshine-cpp"
_MODEL = "models/base-en"
_CACHE_BRANCH = "use_cache_branch"
_KEPT_OPSETS = frozenset({"", "com.microsoft"})


def model_folder() -> Path:
    """The folder with the fast model; made now if it was not made before.

    Raises:
        ModuleNotFoundError: the speech extra is not installed.
        OSError: the cache cannot be written.
    """
    import onnxruntime

    source = Path(str(files(_PACKAGE))) / _MODEL
    stamp = f"{FORMAT} {version(_DISTRIBUTION)} {onnxruntime.__version__}"
    folder = cache_folder() / "speech" / f"moonshine-base-en-{sha256(stamp.encode()).hexdigest()[:12]}"
    if all((folder / name).exists() for name in PARTS):
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        _build(source, made)
        _put(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return folder


def _put(made: Path, folder: Path) -> None:
    """Move a finished folder to its place; another process may have been first, which is as good."""
    try:
        made.rename(folder)
    except OSError:
        if not all((folder / name).exists() for name in PARTS):
            raise


def _build(source: Path, made: Path) -> None:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    encoder, merged = made / "encoder.raw", made / "decoder.raw"
    _as_onnx(source / "encoder_model.ort", encoder)
    _as_onnx(source / "decoder_model_merged.ort", merged)
    _folded(encoder, made / "encoder.onnx")
    decoder = onnx.load(str(merged))
    for name, branch in (("first", "else_branch"), ("next", "then_branch")):
        parted, folded = made / f"{name}.raw", made / f"{name}.fp32"
        onnx.save(_branch(decoder, branch), str(parted))
        _folded(parted, folded)
        with _without_advice():
            quantize_dynamic(
                str(folded),
                str(made / f"{name}.onnx"),
                weight_type=QuantType.QInt8,
                op_types_to_quantize=["MatMul"],
            )
        parted.unlink()
        folded.unlink()
    encoder.unlink()
    merged.unlink()
    shutil.copy(source / "tokenizer.bin", made / "tokenizer.bin")


@contextmanager
def _without_advice() -> Iterator[None]:
    """The quantiser advises, through the root logger, to fold constants first; that was just done."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _as_onnx(ort: Path, target: Path) -> None:
    """Write a packaged .ort file out as plain ONNX, unchanged."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    _write(ort, target, options)


def _folded(model: Path, target: Path) -> None:
    """Let the runtime compute once what does not depend on the input."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    _write(model, target, options)


def _write(model: Path, target: Path, options: Any) -> None:
    import onnxruntime

    options.log_severity_level = 3
    options.add_session_config_entry("session.save_model_format", "ONNX")
    options.optimized_model_filepath = str(target)
    onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def _branch(merged: Any, name: str) -> Any:
    """One of the two graphs behind the If of a merged decoder, as a model of its own."""
    import onnx

    graph = merged.graph
    switch = next(node for node in graph.node if node.op_type == "If")
    branch = next(item.g for item in switch.attribute if item.name == name)
    nodes = [node for node in graph.node if node.op_type != "If"] + list(branch.node)
    used = {value for node in nodes for value in node.input}
    inputs = [item for item in graph.input if item.name in used and item.name != _CACHE_BRANCH]
    outputs = [
        onnx.helper.make_tensor_value_info(mine.name, whole.type.tensor_type.elem_type, None)
        for mine, whole in zip(branch.output, graph.output, strict=True)
    ]
    made = onnx.helper.make_graph(
        nodes, name, inputs, outputs, initializer=[*graph.initializer, *branch.initializer]
    )
    opsets = [item for item in merged.opset_import if item.domain in _KEPT_OPSETS]
    return onnx.helper.make_model(made, opset_imports=opsets, ir_version=merged.ir_version)
