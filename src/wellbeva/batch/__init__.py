"""Runs in parts and many runs, as one job: the tree over chunks, processes, folders in which nothing is lost."""
