#!/usr/bin/env python3
from stepup.core.api import run

run(f"test {'x' * 100} = y")
