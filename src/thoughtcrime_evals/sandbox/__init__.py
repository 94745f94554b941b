"""Where a model that has hands may use them: a Linux jail without docker, or docker."""
