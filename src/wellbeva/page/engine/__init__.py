"""The engine of a living page, in JavaScript; its files share one scope."""
