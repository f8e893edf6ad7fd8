"""The page without a server, as a static site or one file; and a network for other programs: ONNX, C, NumPy, JSON."""
