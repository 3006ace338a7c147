"""Tables of a run, one file each; `registry` finds them."""
