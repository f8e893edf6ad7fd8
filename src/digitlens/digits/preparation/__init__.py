"""Preparation: any picture -> ink -> framed (28×28) -> adjusted. Every stage is kept, with its reason."""
