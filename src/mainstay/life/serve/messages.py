"""The messages of inference.GRPCInferenceService, made when they are needed: no generated code.

Fields are numbered in the order in which they stand here. Source: kserve/open-inference-protocol,
open_inference_grpc.proto, and Triton's extension_model_repository.md.
"""

from functools import cache
from typing import Any

from mainstay.core.errors import MissingExtra

SERVICE = "inference.GRPCInferenceService"
CALLS = (
    "ServerLive", "ServerReady", "ServerMetadata", "ModelReady", "ModelMetadata", "ModelInfer",
    "RepositoryIndex", "RepositoryModelLoad", "RepositoryModelUnload",
)  # fmt: skip
CONTENTS = {
    "BOOL": "bool_contents",
    **dict.fromkeys(("INT8", "INT16", "INT32"), "int_contents"),
    "INT64": "int64_contents",
    **dict.fromkeys(("UINT8", "UINT16", "UINT32"), "uint_contents"),
    "UINT64": "uint64_contents", "FP32": "fp32_contents", "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}  # fmt: skip
"""Which field of `InferTensorContents` holds the elements of a datatype; FP16 travels raw only."""

_NAMED = "string name, string version"
_MODEL = "string repository_name, string model_name, RepositoryParameter{} parameters"
_TENSOR = "string name, string datatype, int64[] shape, Parameter{} parameters, Contents contents"
_FIELDS = {
    "ServerLiveRequest": "",
    "ServerLiveResponse": "bool live",
    "ServerReadyRequest": "",
    "ServerReadyResponse": "bool ready",
    "ServerMetadataRequest": "",
    "ServerMetadataResponse": "string name, string version, string[] extensions",
    "ModelReadyRequest": _NAMED,
    "ModelReadyResponse": "bool ready",
    "ModelMetadataRequest": _NAMED,
    "ModelMetadataResponse": (
        "string name, string[] versions, string platform, Metadata[] inputs, Metadata[] outputs"
    ),
    "Metadata": "string name, string datatype, int64[] shape",
    "ModelInferRequest": (
        "string model_name, string model_version, string id, Parameter{} parameters, "
        "Tensor[] inputs, Wanted[] outputs, bytes[] raw_input_contents"
    ),
    "ModelInferResponse": (
        "string model_name, string model_version, string id, Parameter{} parameters, "
        "Tensor[] outputs, bytes[] raw_output_contents"
    ),
    "Tensor": _TENSOR,
    "Wanted": "string name, Parameter{} parameters",
    "Parameter": (
        "bool bool_param, int64 int64_param, string string_param, double double_param, "
        "uint64 uint64_param"
    ),
    "Contents": (
        "bool[] bool_contents, int32[] int_contents, int64[] int64_contents, "
        "uint32[] uint_contents, uint64[] uint64_contents, float[] fp32_contents, "
        "double[] fp64_contents, bytes[] bytes_contents"
    ),
    "RepositoryIndexRequest": "string repository_name, bool ready",
    "RepositoryIndexResponse": "Entry[] models",
    "Entry": "string name, string version, string state, string reason",
    "RepositoryModelLoadRequest": _MODEL,
    "RepositoryModelLoadResponse": "",
    "RepositoryModelUnloadRequest": _MODEL,
    "RepositoryModelUnloadResponse": "",
    "RepositoryParameter": (
        "bool bool_param, int64 int64_param, string string_param, bytes bytes_param"
    ),
}
_ONE_OF = ("Parameter", "RepositoryParameter")


@cache
def classes() -> dict[str, Any]:
    """The message classes by name, in a pool of their own. Raises MissingExtra."""
    try:
        from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # noqa: PLC0415 - optional
    except ImportError as error:
        raise MissingExtra("grpc") from error
    file = descriptor_pb2.FileDescriptorProto(
        name="mainstay_inference.proto", package="inference", syntax="proto3"
    )
    for name, fields in _FIELDS.items():
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"inference.{name}"))
        for name in _FIELDS
    }


def _describe(message: Any, fields: str) -> None:
    if message.name in _ONE_OF:
        message.oneof_decl.add(name="parameter_choice")
    for number, field in enumerate(filter(None, fields.split(", ")), 1):
        kind, name = field.split()
        made = message.field.add(name=name, number=number)
        if message.name in _ONE_OF:
            made.oneof_index = 0
        if kind.endswith("{}"):
            kind = _entry(message, name, kind[:-2])
        _type(made, kind.removesuffix("[]"))
        repeated = kind.endswith("[]")
        made.label = made.LABEL_REPEATED if repeated else made.LABEL_OPTIONAL


def _entry(message: Any, name: str, kind: str) -> str:
    """The nested message of a map from text, and the field that holds it."""
    entry = message.nested_type.add(name=f"{name.title()}Entry")
    entry.options.map_entry = True
    _describe(entry, f"string key, {kind} value")
    return f"{message.name}.{entry.name}[]"


def _type(field: Any, kind: str) -> None:
    if kind[0].islower():
        field.type = getattr(field, f"TYPE_{kind.upper()}")
    else:
        field.type = field.TYPE_MESSAGE
        field.type_name = f".inference.{kind}"
