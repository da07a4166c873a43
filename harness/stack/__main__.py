"""`python -m harness.stack`, see `main`."""

import gc
import sys

if __name__ == "__main__":
    gc.disable()  # a short life full of imports: collecting is a quarter of its time
    from harness.stack.main import main

    sys.exit(main())
