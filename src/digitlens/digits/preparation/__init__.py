"""Any picture becomes ink, then 28×28, then adjusted; each stage is kept, with its reason."""
