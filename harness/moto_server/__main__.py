"""Serve moto; the arguments are the services to load first."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # until everything is loaded: collecting is a quarter of the time that takes
    from harness.moto_server.server import serve

    serve(sys.argv[1:])
