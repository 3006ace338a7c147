"""The report a commissioner reads: one self-contained HTML file made from a Dataset, a Record and tables."""
