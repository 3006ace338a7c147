"""Self-checks of a user's own model: each file registers some with `registry.self_check`."""
