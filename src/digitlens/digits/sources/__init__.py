"""Where images and labels come from: MNIST, IDX files, folders, pen digits; download and cache."""
