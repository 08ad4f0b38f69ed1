#!/usr/bin/env bash
# Named wildcards tell what they stand for; the same name stands for the same text.
. ../examples.sh

mkdir -p x y
touch x/x1.txt x/x2.txt x/y1.txt y/y1.txt
watch
snapshot graph
leave

diff - names.txt <<END
x 1 x/x1.txt
x 2 x/x2.txt
y 1 y/y1.txt
END
