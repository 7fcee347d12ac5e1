/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Serial bytes between the console and a UART driver: the payload is the bytes, 1 up to a slot's room.
 */
#ifndef POSTERN_PROTOCOL_BYTES_H
#define POSTERN_PROTOCOL_BYTES_H

enum bytes_kind { BYTES_DATA = 1 };

#endif
