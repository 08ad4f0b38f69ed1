#!/usr/bin/env python3
import time
from pathlib import Path

Path("started.tmp").touch()
while not Path("go.tmp").exists():
    time.sleep(0.02)
time.sleep(0.2)
Path("slow.txt").write_text("slow\n")
