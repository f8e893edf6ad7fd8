"""onnxruntime: the network as ONNX, one session, one thread. It reads, but does not learn."""

from __future__ import annotations

from collections.abc import Callable

from digitlens.bench.task import Learner, Work


def learner(work: Work) -> Learner:
    """Raises NotImplementedError: it cannot learn."""
    raise NotImplementedError("onnxruntime reads and does not learn")


def one_picture(work: Work) -> Callable[[], object]:
    """session.run() of one picture."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(_model(work), options, providers=["CPUExecutionProvider"])
    feed = {"image": work.pixels[:1]}
    names = [session.get_outputs()[0].name]
    return lambda: session.run(names, feed)


def _model(work: Work) -> bytes:
    """The model: Gemm and Sigmoid (or Relu) for each layer."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, values, a = [], [], "image"
    layers = work.first_layers()
    hidden = {"sigmoid": "Sigmoid", "relu": "Relu"}[work.task.activation]
    for l, (W, b) in enumerate(layers, start=1):
        values += [numpy_helper.from_array(W, f"W{l}"), numpy_helper.from_array(b, f"b{l}")]
        nodes.append(helper.make_node("Gemm", [a, f"W{l}", f"b{l}"], [f"z{l}"], transB=1))
        nodes.append(helper.make_node(hidden if l < len(layers) else "Sigmoid", [f"z{l}"], [f"a{l}"]))
        a = f"a{l}"
    graph = helper.make_graph(
        nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 784])],
        [helper.make_tensor_value_info(a, TensorProto.FLOAT, [1, 10])],
        values,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    serialised: bytes = model.SerializeToString()
    return serialised
