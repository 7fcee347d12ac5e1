/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SPI transfers: a client sends SPI_TRANSFER requests (struct spi_request, then `length` bytes to send) and
 * gets one SPI_DONE each, in order (struct spi_response, then `length` bytes received, if status is SPI_OK).
 * Full duplex with chip select held over the whole transfer.
 */
#ifndef POSTERN_PROTOCOL_SPI_H
#define POSTERN_PROTOCOL_SPI_H

#include <stdint.h>

#define SPI_MAX_LENGTH 96

enum spi_kind { SPI_TRANSFER = 1, SPI_DONE = 2 };

enum spi_status {
    SPI_OK,
    SPI_BAD_REQUEST, /* message, length, mode or speed out of range */
    SPI_NO_SUCH_CS,  /* chip select not configured */
    SPI_TIMEOUT,     /* the controller did not answer in time; the bus was reset */
    SPI_BUS_ERROR    /* the controller reported an error */
};

struct spi_request {
    uint32_t id;     /* returned in the response */
    uint8_t cs;      /* chip select 0.. */
    uint8_t mode;    /* SPI mode 0..3 */
    uint16_t length; /* 1..SPI_MAX_LENGTH bytes, both ways */
    uint32_t hz;     /* highest clock; 0: the controller's default */
    uint32_t reserved;
};

struct spi_response {
    uint32_t id;
    uint16_t status; /* enum spi_status */
    uint16_t length;
};

#endif
