# SPDX-License-Identifier: BSD-2-Clause
# The collector's parts that read hostile input.

$(eval $(call unit,collector_track,host/collector/track.c,-Ihost/collector))
$(eval $(call unit,collector_senml,host/collector/senml.c host/collector/json_in.c,-Ihost/collector,-ljson-c -lm))
$(eval $(call unit,collector_ledger,host/collector/ledger.c host/collector/json_in.c host/collector/account.c,-Ihost/collector,-ljson-c))
$(eval $(call unit,collector_postmortem,host/collector/postmortem.c host/collector/json_in.c,-Ihost/collector,-ljson-c))
