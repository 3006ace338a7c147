"""The reference engine: the specification that each faster path is compared with."""
