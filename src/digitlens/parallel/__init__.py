"""One way to run many tasks: on threads, on processes of this machine, or on a Dask cluster."""
