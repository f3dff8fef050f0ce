"""The first file that a worker process runs: it takes over its parent's import path, then begins.

So a worker imports exactly what the runner would have, and no file of the folder in which it was
started can stand in for a module of Python.
"""

import sys

if __name__ == "__main__":
    sys.path[:] = sys.argv[1:]

    from ablation.runner.worker import main

    main()
