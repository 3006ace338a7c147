"""Technical figures: Vega-Lite through Altair, finished as SVG for the report. The only folder that imports altair."""
