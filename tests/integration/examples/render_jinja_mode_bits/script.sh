#!/bin/sh
echo {{ word }}
