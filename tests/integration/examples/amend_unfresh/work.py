#!/usr/bin/env python3
import shutil
import subprocess
import time
from pathlib import Path

from stepup.core.api import amend

Path("started.tmp").touch()
while "SUCCESS │ ./make.py" not in Path(".stepup/success.log").read_text():
    time.sleep(0.02)
amend(inp="made.txt")
shutil.copy("made.txt", "out.txt")
