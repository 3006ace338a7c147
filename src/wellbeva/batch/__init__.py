"""Many runs, and runs in parts, as one job: the tree over their chunks, processes, and folders in which nothing is lost."""
