#!/usr/bin/env python3
from stepup.core.api import run, static

static("mode.txt")
run("echo '#!/bin/sh' > tool; chmod $(cat mode.txt) tool", inp="mode.txt", out="tool", shell=True)
run("ls tool", inp="tool")
