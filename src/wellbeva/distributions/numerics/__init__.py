"""Special functions, roots and polynomial fits that laws and their tables rest on."""
