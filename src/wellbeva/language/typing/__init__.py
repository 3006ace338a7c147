"""Units, axes and stages of expressions.

A *rule* types one kind of node. It takes the equation at hand (`context.Context`) and the node as written, types the
operands by ``context.typer``, and returns a `Typed` node, or None with a diagnostic in the collector. A rule checks all
operands before it gives up, so that a person sees all that is wrong at once.
"""
