#!/usr/bin/env python3
from stepup.core.api import step

step("printf hello\0")
