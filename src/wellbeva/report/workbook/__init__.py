"""Workbooks beside the report."""
