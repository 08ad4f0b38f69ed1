#!/usr/bin/env python3
from stepup.core.api import run

run("[ -e $HOME/nothing/$NAME ] || [ -e flag ]", shell=True)
