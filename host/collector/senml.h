/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads SenML packs (RFC 8428, JSON) with the gateway's extension fields into readings. */
#ifndef COLLECTOR_SENML_H
#define COLLECTOR_SENML_H

#include <stddef.h>
#include <stdint.h>

#include "json_in.h"
#include "reading.h"

#define SENML_MAX_PAYLOAD JSON_IN_MAX_PAYLOAD
#define SENML_MAX_RECORDS 256u
#define SENML_ERROR_SIZE  JSON_IN_ERROR_SIZE

/* Parses size bytes of payload from any sender. The pack is taken whole or not at all.
 *
 * device   the device that the topic names; every record must carry names that start with "<device>/"
 * now_ns   time of arrival, to which times below 2^28 s are relative (RFC 8428 section 4.5.3)
 * out      room for SENML_MAX_RECORDS readings, owned by the caller
 * error    says what is wrong and in which record, in printable ASCII, when 0 is returned
 *
 * Returns the number of readings. Base fields hold for the records after them too (section 4.6). Only
 * numeric values are taken; sums, base values and fields marked must-understand are refused (4.4). */
size_t senml_parse(const char *payload, size_t size, const char *device, int64_t now_ns,
                   struct reading out[SENML_MAX_RECORDS], char error[SENML_ERROR_SIZE]);

#endif
