"""The Plan, all that an engine needs, and the Record beside it for people. Data only: frozen, serialisable, hashed."""
