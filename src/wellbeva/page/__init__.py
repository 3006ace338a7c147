"""The living page: one file with the model in WebAssembly, its data and its script; no server and no network."""
