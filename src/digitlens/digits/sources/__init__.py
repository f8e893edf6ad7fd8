"""Sources of images and labels: MNIST, IDX files, folders, pen digits; download and cache."""
