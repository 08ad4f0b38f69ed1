#!/usr/bin/env python3
from stepup.core.api import static, step

static("a.txt", "b.txt", "c.txt")
step("touch out.txt", inp=["a.txt", "b.txt"], out=["out.txt"], env_overrides={"ONE": "1", "TWO": "2"})
