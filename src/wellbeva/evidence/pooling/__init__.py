"""Pooling effects of studies: arrays in, estimates out; a leading axis of every array may be meta-analyses."""
