"""Vega-Lite drawn to SVG for the report, and Altair's charts for a notebook; altair is imported here alone."""
