#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The whole path over TCP on lo instead of 0@lo.
# disks: 200,300,300
# limit: 600
exec bash $TOP/tests/uml/t_whole_path.sh tcp
