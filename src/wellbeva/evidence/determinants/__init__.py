"""Which traits of people and places go with life satisfaction, alone and together, and why places differ."""
