"""Pitfalls of an appraisal that a scenario can show before any draw.

A rule is a function: ``fail_if_…`` notes errors in the collector, ``warn_if_…`` warnings. It returns nothing unless it
says so, and is silent where it does not apply. The same argument means the same thing in all of them:

Parameters
----------
scenario : Scenario
    As read, for what is written and where it stands.
appraisal : Appraisal
    The rules in force: prices, currency, rates.
inputs : iterable of Input
    Each number that went in, with its source; `base` and `interval` are in the unit of its parameter.
parameters : iterable of PlanParameter
    The same as arrays over the axes of each parameter, without `draw` [unit of the parameter].
equations : mapping of name to PlanEquation
    Typed, each after those that it names.
outcomes : iterable of str
    Names of the equations that are kept.
axes : mapping of name to Axis
collector : Collector
    Takes what is found.
"""
