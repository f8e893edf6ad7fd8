"""HTTP: addresses, responses, access control, limits, and one endpoint in each file."""
