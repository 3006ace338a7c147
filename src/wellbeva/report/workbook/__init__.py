"""Workbooks: files for a spreadsheet."""
