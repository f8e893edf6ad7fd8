"""STORAGE: model files, checkpoints, and the networks that ship."""
