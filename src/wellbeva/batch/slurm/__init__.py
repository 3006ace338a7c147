"""A run as an array of Slurm jobs: four scripts, and nothing that stays up."""
