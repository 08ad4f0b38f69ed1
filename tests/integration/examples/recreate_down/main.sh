#!/usr/bin/env bash
# A step and a static file move from a plan to one below it.
. ../examples.sh

echo data > data.txt
watch
echo 'static("data.txt"); copy("data.txt", "copy.txt")' >> sub.py
stepup wait -u sub.py
sed -i /data.txt/d plan.py
stepup wait -u plan.py
again
snapshot graph
leave
