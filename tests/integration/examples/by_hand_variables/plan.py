#!/usr/bin/env python3
from stepup.core.api import *


variables = loadns("a.json")
dumpns("b.yaml", variables)
print(variables)
