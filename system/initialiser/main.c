/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root task: builds the system that the capability distribution describes, starts it, seals the kernel,
 * and is gone.
 */
#include "build.h"
#include "capdist_read.h"
#include "console.h"
#include "invoke.h"

_Noreturn void initialiser_main(const struct pn_bootinfo *info);

_Noreturn void initialiser_main(const struct pn_bootinfo *info)
{
    const struct invocation seal = {PN_ROOT_SYSTEM, PN_SYSTEM_SEAL, {PN_SEAL_EXIT}};

    capdist_open();
    slots_open(info);
    build_objects(info);
    build_page_tables(info);
    build_frames(info);
    build_irqs();
    build_caps();
    build_scheds();
    build_threads();
    build_schedule(info);
    start_threads();
    console_stop("seal", "root task", invoke(&seal));
}
