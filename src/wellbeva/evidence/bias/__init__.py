"""Studies that stayed unpublished: what the funnel, trim and fill, PET-PEESE and a selection model make of them."""
