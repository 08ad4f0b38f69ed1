#!/usr/bin/env python3
from stepup.core.api import *


call("/bin/true", "show")
