"""Verbs that begin at a run folder: papers, bundles, and running a bundle again."""
