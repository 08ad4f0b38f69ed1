#!/usr/bin/env bash
# A script with a driver shows its functions when it is run by hand, and calls them.
. ../examples.sh

./tool.py > listing.txt
cat listing.txt
./tool.py show '{"a": 1}' > shown.txt
echo 'a = 2' > args.toml
./tool.py show --inp=args.toml >> shown.txt
code=0
./tool.py show '{}' --inp=args.toml || code=$?
((code == 2))
