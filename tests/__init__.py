"""The tests; a package of ours, so that no installed one of this name is taken for it."""
