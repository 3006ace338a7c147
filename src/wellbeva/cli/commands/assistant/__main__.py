"""A verb that ends, with what it began, when the server that asks for it ends, however that comes about."""

import fcntl
import os
import runpy
import select

if __name__ == "__main__":
    # The server holds the other end of standard input and writes nothing: what comes is its end, of which the system
    # tells all processes of our group by SIGIO, and that ends them.
    fcntl.fcntl(0, fcntl.F_SETOWN, -os.getpgrp())
    fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC)
    if not select.select([0], [], [], 0)[0]:
        runpy.run_module("wellbeva", run_name="__main__", alter_sys=True)
