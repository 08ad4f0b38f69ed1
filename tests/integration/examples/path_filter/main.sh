#!/usr/bin/env bash
# STEPUP_PATH_FILTER says which imported modules are inputs; the first prefix that matches decides.
. ../examples.sh

watch
snapshot graph1
leave
export STEPUP_PATH_FILTER=-lib/private
watch
snapshot graph2
leave
export STEPUP_PATH_FILTER=+lib/public:-lib
watch
snapshot graph3
leave
export STEPUP_PATH_FILTER=-.
echo "# edited" >> lib/public.py
watch
snapshot graph4
leave
