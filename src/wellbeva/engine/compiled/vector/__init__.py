"""Elementary functions that vectorise, as LLVM's instructions (`bodies`).

Errors, in units in the last place of the result, are stated in docs/design/semantics.md and asserted by the tests.
"""
