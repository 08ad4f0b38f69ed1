#!/usr/bin/env python3
from stepup.core.api import *


files = static("*.txt", "sub/")
matches = [match.name for match in glob("${*name}.txt")]
print(*sorted(files), *matches)
