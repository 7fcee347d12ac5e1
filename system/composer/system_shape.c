/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grammar tables of .system files. What exists only on other machines is known here, so that its refusal says
 * why.
 */
#include "system_shape.h"

#define CHOICE(attribute, words)                                      \
    {                                                                 \
        .name = (attribute), .type = SHAPE_CHOICE, .choices = (words) \
    }
#define REFUSED(attribute, reason)               \
    {                                            \
        .name = (attribute), .refusal = (reason) \
    }
#define ONLY_X86 "interrupts of this kind exist only on x86"
/* An element without children: others, and text, have no effect in it. */
#define LEAF(element, table)                                                             \
    {                                                                                    \
        .name = (element), .attributes = (table), .any_elements = true, .any_text = true \
    }

static const struct attribute_shape none[] = {{0}};

static const struct attribute_shape program_attributes[] = {
    REQUIRED("path", SHAPE_TEXT), OPTIONAL("path_for_symbols", SHAPE_TEXT), {0}};
static const struct element_shape program_shape = {.name = "program_image",
                                                   .attributes = program_attributes,
                                                   .once = true,
                                                   .any_elements = true,
                                                   .any_text = true};

static const struct attribute_shape map_attributes[] = {REQUIRED("mr", SHAPE_TEXT),
                                                        REQUIRED("vaddr", SHAPE_NUMBER),
                                                        OPTIONAL("perms", SHAPE_TEXT),
                                                        OPTIONAL("cached", SHAPE_BOOL),
                                                        OPTIONAL("setvar_vaddr", SHAPE_TEXT),
                                                        OPTIONAL("setvar_size", SHAPE_TEXT),
                                                        OPTIONAL("setvar_prefill_size", SHAPE_TEXT),
                                                        {0}};
static const struct element_shape map_shape = LEAF("map", map_attributes);

static const struct attribute_shape irq_attributes[] = {REQUIRED("irq", SHAPE_NUMBER),
                                                        REQUIRED("id", SHAPE_NUMBER),
                                                        CHOICE("trigger", "level|edge"),
                                                        OPTIONAL("setvar_id", SHAPE_TEXT),
                                                        REFUSED("pin", ONLY_X86),
                                                        REFUSED("vector", ONLY_X86),
                                                        REFUSED("ioapic", ONLY_X86),
                                                        REFUSED("polarity", ONLY_X86),
                                                        REFUSED("pcidev", ONLY_X86),
                                                        REFUSED("handle", ONLY_X86),
                                                        {0}};
static const struct element_shape irq_shape = LEAF("irq", irq_attributes);

static const struct attribute_shape setvar_attributes[] = {
    REQUIRED("symbol", SHAPE_TEXT), REQUIRED("region_paddr", SHAPE_TEXT), {0}};
static const struct element_shape setvar_shape = LEAF("setvar", setvar_attributes);

static const struct attribute_shape cap_attributes[] = {
    REQUIRED("slot", SHAPE_NUMBER), REQUIRED("pd", SHAPE_TEXT), {0}};
static const struct element_shape cap_tcb_shape = LEAF("cap_tcb", cap_attributes);
static const struct element_shape cap_sc_shape = LEAF("cap_sc", cap_attributes);
static const struct element_shape cap_vspace_shape = LEAF("cap_vspace", cap_attributes);
static const struct element_shape *const cspace_children[] = {&cap_tcb_shape, &cap_sc_shape,
                                                              &cap_vspace_shape, NULL};
static const struct element_shape cspace_shape = {
    .name = "cspace", .attributes = none, .children = cspace_children, .once = true, .any_text = true};

static const struct element_shape ioport_shape = {.name = "ioport", .refusal = "I/O ports exist only on x86"};
static const struct element_shape machine_shape = {
    .name = "virtual_machine",
    .refusal = "virtual machines need a hypervisor kernel, which RISC-V does not have here"};

#define DOMAIN_ATTRIBUTES                                                                                 \
    REQUIRED("name", SHAPE_TEXT), OPTIONAL("priority", SHAPE_NUMBER), OPTIONAL("budget", SHAPE_NUMBER),   \
        OPTIONAL("period", SHAPE_NUMBER), OPTIONAL("passive", SHAPE_BOOL),                                \
        OPTIONAL("stack_size", SHAPE_NUMBER), OPTIONAL("cpu", SHAPE_NUMBER), OPTIONAL("smc", SHAPE_BOOL), \
        OPTIONAL("fpu", SHAPE_BOOL), OPTIONAL("domain", SHAPE_TEXT)

static const struct element_shape child_shape;
static const struct element_shape *const domain_children[] = {&program_shape, &map_shape,     &irq_shape,
                                                              &setvar_shape,  &cspace_shape,  &child_shape,
                                                              &ioport_shape,  &machine_shape, NULL};

static const struct attribute_shape child_attributes[] = {
    DOMAIN_ATTRIBUTES, REQUIRED("id", SHAPE_NUMBER), OPTIONAL("setvar_id", SHAPE_TEXT), {0}};
static const struct element_shape child_shape = {.name = "protection_domain",
                                                 .attributes = child_attributes,
                                                 .children = domain_children,
                                                 .any_text = true};

static const struct attribute_shape domain_attributes[] = {DOMAIN_ATTRIBUTES, {0}};
static const struct element_shape domain_shape = {.name = "protection_domain",
                                                  .attributes = domain_attributes,
                                                  .children = domain_children,
                                                  .any_text = true};

static const struct attribute_shape region_attributes[] = {
    REQUIRED("name", SHAPE_TEXT),
    OPTIONAL("size", SHAPE_NUMBER),
    OPTIONAL("page_size", SHAPE_NUMBER),
    OPTIONAL("phys_addr", SHAPE_NUMBER),
    OPTIONAL("prefill_path", SHAPE_TEXT),
    CHOICE("prefill_bootinfo", SYSTEM_BOOT_INFORMATION),
    {0}};
static const struct element_shape region_shape = LEAF("memory_region", region_attributes);

static const struct attribute_shape end_attributes[] = {
    REQUIRED("pd", SHAPE_TEXT),     REQUIRED("id", SHAPE_NUMBER),      OPTIONAL("pp", SHAPE_BOOL),
    OPTIONAL("notify", SHAPE_BOOL), OPTIONAL("setvar_id", SHAPE_TEXT), {0}};
static const struct element_shape end_shape = LEAF("end", end_attributes);
static const struct element_shape *const channel_children[] = {&end_shape, NULL};
static const struct element_shape channel_shape = {
    .name = "channel", .attributes = none, .children = channel_children, .any_text = true};

static const struct attribute_shape time_domain_attributes[] = {
    REQUIRED("name", SHAPE_TEXT), OPTIONAL("id", SHAPE_NUMBER), {0}};
static const struct element_shape time_domain_shape = LEAF("domain", time_domain_attributes);
static const struct attribute_shape entry_attributes[] = {
    REQUIRED("domain", SHAPE_TEXT), REQUIRED("duration", SHAPE_TEXT), {0}};
static const struct element_shape entry_shape = LEAF("schedule_entry", entry_attributes);
static const struct element_shape marker_shape = LEAF("schedule_end_marker", none);
static const struct attribute_shape schedule_attributes[] = {
    OPTIONAL("start_index", SHAPE_NUMBER), OPTIONAL("index_shift", SHAPE_NUMBER), {0}};
static const struct element_shape *const schedule_children[] = {&entry_shape, &marker_shape, NULL};
static const struct element_shape schedule_shape = {.name = "domain_schedule",
                                                    .attributes = schedule_attributes,
                                                    .children = schedule_children,
                                                    .once = true,
                                                    .any_text = true};
static const struct element_shape *const domains_children[] = {&time_domain_shape, &schedule_shape, NULL};
static const struct element_shape domains_shape = {
    .name = "domains", .attributes = none, .children = domains_children, .once = true, .any_text = true};
static const struct element_shape io_space_shape = {
    .name = "io_address_space", .refusal = "the kernel has no IOMMU support on this machine"};

static const struct element_shape *const system_children[] = {
    &domain_shape, &region_shape, &channel_shape, &domains_shape, &io_space_shape, &machine_shape, NULL};
const struct element_shape system_shape = {
    .name = "system", .attributes = none, .children = system_children, .any_attributes = true};
