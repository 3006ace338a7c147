"""The value of information, and who is how likely to be best, from draws of a decision's costs, effects and inputs."""
