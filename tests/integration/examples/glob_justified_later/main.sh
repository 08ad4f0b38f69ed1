#!/usr/bin/env bash
# A match may be declared static by any plan, before or after glob() saw it.
. ../examples.sh

touch a.dat b.dat
watch
snapshot graph
leave
