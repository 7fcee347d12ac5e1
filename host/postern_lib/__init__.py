# SPDX-License-Identifier: BSD-2-Clause
"""The host side of Postern as a library: the postern command and the integration tests are built on it."""
