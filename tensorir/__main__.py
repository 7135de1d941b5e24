"""`python -m tensorir` is the command `tensorir`."""

import sys

from tensorir.tools.cli import main

sys.exit(main())
