#!/usr/bin/env bash
# What steps write is stored, up to a limit, with how they ended; `stepup browse` shows it on this machine only.
. ../examples.sh

export STEPUP_MAX_OUTPUT_SIZE=100
build 4 -k
stepup browse --port 0 --no-open-browser > address.txt &
browse=$!
trap 'kill $browse' EXIT
while ! grep -q http address.txt; do sleep 0.1; done
python3 - > pages.txt << 'EOF'
import re
from urllib.error import HTTPError
from urllib.request import Request, urlopen

address = re.search(r"http://\S+/", open("address.txt").read())[0]
for words in ("output", "seq", "partly"):
    found = urlopen(f"{address}search?q={words}").read().decode()
    page = urlopen(address + re.search(r'href="(step/\d+)"', found)[1]).read().decode()
    print(*re.findall(r"<dt>End</dt><dd>(.*?)</dd>", page))
    print("\n".join(re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL)))
for wrong in (address[:-2] + "/", Request(address, headers={"Host": "example.org"})):
    try:
        urlopen(wrong)
    except HTTPError as error:
        print(error.code)
EOF
