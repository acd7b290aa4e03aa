"""The command line: one module for each command, with `register(subparsers)`."""
