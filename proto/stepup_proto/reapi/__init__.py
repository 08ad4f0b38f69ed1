"""Generated code of the Remote Execution API, as far as it is used; see proto/README.md."""
