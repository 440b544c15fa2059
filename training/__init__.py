"""Builds the weights of the embedded name model; not part of the package."""
