#!/usr/bin/env python3
import sys

sys.path += [".venv", "node_modules"]
import helper
import in_node
import in_venv
