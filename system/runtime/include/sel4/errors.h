/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an invocation can answer.
 */
#ifndef SEL4_ERRORS_H
#define SEL4_ERRORS_H

#include <postern/abi.h>

typedef enum {
    seL4_NoError = PN_OK,
    seL4_InvalidArgument = PN_ERR_INVALID_ARGUMENT,
    seL4_InvalidCapability = PN_ERR_INVALID_CAPABILITY,
    seL4_IllegalOperation = PN_ERR_ILLEGAL_OPERATION,
    seL4_RangeError = PN_ERR_RANGE,
    seL4_AlignmentError = PN_ERR_ALIGNMENT,
    seL4_FailedLookup = PN_ERR_FAILED_LOOKUP,
    seL4_TruncatedMessage = PN_ERR_TRUNCATED_MESSAGE,
    seL4_DeleteFirst = PN_ERR_DELETE_FIRST,
    seL4_RevokeFirst = PN_ERR_REVOKE_FIRST,
    seL4_NotEnoughMemory = PN_ERR_NOT_ENOUGH_MEMORY,
    seL4_NumErrors
} seL4_Error;

#endif
