#!/usr/bin/env python3
from stepup.core.api import run

run("echo once", inp=[])
run("echo once", inp=[])
