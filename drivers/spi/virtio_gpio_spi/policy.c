/* SPDX-License-Identifier: BSD-2-Clause */
/* The parts on this bus: which chip selects exist and which SPI modes their parts speak. */
#include "controller.h"

const struct spi_policy spi_policy[SPI_CHIP_SELECTS] = {
    {.line = "CSB0", .modes = 1u << 0 | 1u << 3}, /* BME280 */
};

enum spi_status spi_check(const struct spi_request *request, uint32_t length)
{
    if (length < sizeof(*request) || request->length == 0 || request->length > SPI_MAX_LENGTH ||
        length - sizeof(*request) != request->length || request->reserved != 0) {
        return SPI_BAD_REQUEST;
    }
    if (request->cs >= SPI_CHIP_SELECTS) {
        return SPI_NO_SUCH_CS;
    }
    if (request->mode > 3 || (spi_policy[request->cs].modes >> request->mode & 1u) == 0) {
        return SPI_BAD_REQUEST;
    }
    return request->hz != 0 && request->hz < SPI_FASTEST_HZ ? SPI_BAD_REQUEST : SPI_OK;
}
