#!/usr/bin/env python3
from stepup.core.api import copy

copy("../../outside/hello.txt", "copy.txt")
copy("copy.txt", "../../outside/back.txt")
