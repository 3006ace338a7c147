"""Appraisal rules as dated, sourced data: discount schedules, price base, WELLBY values, presets, and their results.

Each number is in a file of ``data/`` with its source, licence, vintage and status: ``SEEN`` was read in the
source it names, ``RECALLED`` was not and makes a result provisional.
"""
