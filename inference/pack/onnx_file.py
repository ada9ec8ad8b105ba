"""Look inside an ONNX file without the onnx package: enough of its protobuf to know that it is whole and plain.

Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from inference.declared import PackError

# Operators of one vendor run on that vendor's engine only, and change with its versions.
DOMAINS = frozenset({"", "ai.onnx"})
DEEPEST = 32
FLOAT = 1


class _Broken(Exception):
    """The bytes are not protobuf."""


@dataclass(frozen=True)
class Port:
    """An input or output: its name, ONNX element type (1 is float32) and shape (None where it is free)."""

    name: str
    element: int
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class Ports:
    """All the graph's inputs and outputs by name."""

    inputs: dict[str, Port]
    outputs: dict[str, Port]


def inspect(data: bytes) -> Ports:
    """The graph's ports. Raises PackError: not_onnx, external_data, unknown_operators."""
    try:
        model = list(_fields(memoryview(data)))
        graphs = [value for number, value in model if number == 7 and isinstance(value, memoryview)]
        # Field 1 is ir_version: every ONNX file has it, text files do not.
        if len(graphs) != 1 or not any(number == 1 and isinstance(value, int) for number, value in model):
            raise _Broken
        for number, value in model:
            if number == 25:
                _check_graph(_bytes(value), 0, node_field=7)
        _check_graph(graphs[0], 0)
        return _ports(graphs[0])
    except (_Broken, UnicodeDecodeError):
        raise PackError("not_onnx", "The model file is not an ONNX model.") from None


def _check_graph(graph: memoryview, depth: int, node_field: int = 1) -> None:
    if depth > DEEPEST:
        raise _Broken
    for number, value in _fields(graph):
        if number == node_field:
            _check_node(_bytes(value), depth)
        elif number == 5 and node_field == 1:
            _check_tensor(_bytes(value))
        elif number == 15 and node_field == 1:
            _check_sparse(_bytes(value))


def _check_node(node: memoryview, depth: int) -> None:
    for number, value in _fields(node):
        if number == 7 and (domain := _text(value)) not in DOMAINS:
            raise PackError(
                "unknown_operators", f"The model needs operators of {domain!r}: only those of ONNX itself are taken."
            )
        if number == 5:
            _check_attribute(_bytes(value), depth)


def _check_attribute(attribute: memoryview, depth: int) -> None:
    for number, value in _fields(attribute):
        if number in (5, 10):
            _check_tensor(_bytes(value))
        elif number in (6, 11):
            _check_graph(_bytes(value), depth + 1)
        elif number in (22, 23):
            _check_sparse(_bytes(value))


def _check_sparse(sparse: memoryview) -> None:
    for number, value in _fields(sparse):
        if number in (1, 2):
            _check_tensor(_bytes(value))


def _check_tensor(tensor: memoryview) -> None:
    for number, value in _fields(tensor):
        if number == 13 or (number == 14 and value != 0):
            raise PackError("external_data", "The model keeps weights in another file; one whole file is needed.")


def _ports(graph: memoryview) -> Ports:
    found: dict[int, dict[str, Port]] = {11: {}, 12: {}}
    for number, value in _fields(graph):
        if number in found:
            port = _port(_bytes(value))
            found[number][port.name] = port
    return Ports(found[11], found[12])


def _port(info: memoryview) -> Port:
    name, element, shape = "", 0, None
    for number, value in _fields(info):
        if number == 1:
            name = _text(value)
        for kind, tensor in _fields(_bytes(value)) if number == 2 else ():
            for part, inner in _fields(_bytes(tensor)) if kind == 1 else ():
                if part == 1 and isinstance(inner, int):
                    element = inner
                elif part == 2:
                    shape = tuple(_dimension(_bytes(one)) for at, one in _fields(_bytes(inner)) if at == 1)
    return Port(name, element, shape)


def _dimension(dimension: memoryview) -> int | None:
    return next((value for number, value in _fields(dimension) if number == 1 and isinstance(value, int)), None)


def _text(value: int | memoryview) -> str:
    return str(_bytes(value), "utf-8")


def _bytes(value: int | memoryview) -> memoryview:
    if isinstance(value, int):
        raise _Broken
    return value


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The (field number, value) pairs of one protobuf message, nested messages unread."""
    at = 0
    while at < len(view):
        key, at = _varint(view, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(view, at)
            yield key >> 3, value
            continue
        if wire == 2:
            size, at = _varint(view, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise _Broken
        if key >> 3 == 0 or at + size > len(view):
            raise _Broken
        yield key >> 3, view[at : at + size]
        at += size


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(view):
            break
        byte, at = view[at], at + 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise _Broken
