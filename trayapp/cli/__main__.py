import sys

from trayapp.cli.main import main

sys.exit(main())
