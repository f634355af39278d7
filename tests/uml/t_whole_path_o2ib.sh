#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The whole path over RDMA (soft-RoCE) instead of 0@lo; afterwards nothing of the device is left in use.
# disks: 200,300,300
# limit: 600
exec bash $TOP/tests/uml/t_whole_path.sh o2ib
