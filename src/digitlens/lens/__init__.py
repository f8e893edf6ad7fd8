"""LOOKING INSIDE one network: numbers out, no drawing."""
