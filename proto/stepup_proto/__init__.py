"""The generated code of the contract; see proto/README.md."""
