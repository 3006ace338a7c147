"""Units, axes and stages of expressions."""
