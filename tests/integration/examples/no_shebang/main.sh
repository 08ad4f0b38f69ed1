#!/usr/bin/env bash
# A script of the project without a first line that names its interpreter fails its step.
. ../examples.sh

chmod +x work.py tool.sh
build 4 -k
grep -q 'Script does not start with the expected shebang (#!/usr/bin/env python3): work.py' .stepup/fail.log
grep -q 'Script does not start with a shebang: tool.sh' .stepup/fail.log
