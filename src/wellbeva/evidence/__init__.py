"""From studies and surveys to an effect: pooling, mapping between measures, grades, surveys, duration, calibration.

Arrays and records in, arrays and records out: no scenario, no file of a user's is read here (`scenario` and `api` do).
statsmodels is imported where a regression is asked for, so that a run starts no slower.
"""
