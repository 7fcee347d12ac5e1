/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of all rules and the loop over it.
 */
#include "rules.h"

#include <string.h>

const struct rule rules_all[] = {
    /* Reading XML. */
    {"xml-syntax", "A description is well-formed XML in UTF-8.", NULL},
    {"xml-doctype", "A description has no document type declaration: no DTD, no entities of its own.", NULL},
    {"xml-limits", "A description is a readable file of at most 4 MiB and 32768 elements.", NULL},
    {"root", "The root element is <system>, <gateway> or <board>.", NULL},
    {"element-unknown", "Every element is one that its parent may contain.", NULL},
    {"element-repeated", "An element that may be given once is given once.", NULL},
    {"attribute-unknown", "Every attribute is one that its element has.", NULL},
    {"attribute-missing", "Every required attribute is given.", NULL},
    {"element-ignored", "An element that has no children contains none (warning).", NULL},
    {"text", "There is no text directly in <system>, nor in products and boards.", NULL},
    {"text-ignored", "No element of a .system description contains text (warning).", NULL},
    {"number", "A number is decimal or 0x hexadecimal, fits in 64 bits, and may contain underscores.", NULL},
    {"boolean", "A boolean is exactly true or false.", NULL},
    {"choice", "An attribute with a fixed set of words has one of them.", NULL},
    {"name", "A product's names are C identifiers of at most 63 bytes.", NULL},
    {"not-applicable",
     "Virtual machines, I/O ports, IOMMU and x86's interrupts and boot information are refused.", NULL},
    /* Protection domains. */
    {"program", "A protection domain has exactly one program image.", NULL},
    {"pd-count", "There are 1 to 63 protection domains, children counted.", rule_pd_count},
    {"pd-name-unique", "No two protection domains have the same name.", rule_pd_name_unique},
    {"pd-name-reserved", "No protection domain is called monitor.", rule_pd_name_reserved},
    {"pd-name-length",
     "The name of a protection domain has at most 63 bytes; its program sees no more (warning).",
     rule_pd_name_length},
    {"pd-priority", "A priority is 0 to 254.", rule_pd_priority},
    {"pd-budget-period", "A budget (1000 us if not given) is not larger than its period.",
     rule_pd_budget_period},
    {"pd-budget-minimum", "A budget is at least 20 us, the kernel's minimum.", rule_pd_budget_minimum},
    {"pd-period-maximum", "A period is at most one hour.", rule_pd_period_maximum},
    {"pd-stack-size", "A stack has 4 KiB to 16 MiB.", rule_pd_stack_size},
    {"pd-stack-alignment", "A stack is a whole number of 4 KiB pages.", rule_pd_stack_alignment},
    {"pd-cpu", "The only processor is number 0.", rule_pd_cpu},
    {"pd-smc", "No protection domain asks for secure monitor calls, which only AArch64 has.", rule_pd_smc},
    {"child-id-range", "The id of a child is 0 to 61.", rule_child_id_range},
    {"child-id-unique", "No two children of one parent have the same id.", rule_child_id_unique},
    {"setvar-unique", "A symbol of a program is set only once.", rule_setvar_unique},
    {"setvar-region", "A <setvar> names an existing memory region.", NULL},
    /* Maps. */
    {"map-region", "A map names an existing memory region.", NULL},
    {"map-perms-letters", "Permissions are made of the letters r, w and x.", rule_map_perms_letters},
    {"map-perms-empty", "A map permits something (warning).", rule_map_perms_empty},
    {"map-perms-execute-only",
     "Memory that may be executed may be read, since the kernel grants both (warning).",
     rule_map_perms_execute_only},
    {"map-perms-write-only", "Nothing is mapped write-only.", rule_map_perms_write_only},
    {"map-perms-wx", "Nothing is mapped both writable and executable.", rule_map_perms_wx},
    {"map-alignment", "A map's address is a multiple of its region's page size.", rule_map_alignment},
    {"map-range", "A map ends within the user address space.", rule_map_range},
    {"map-stack", "A map touches neither the stack, nor the guard pages around it, nor the message buffer.",
     rule_map_stack},
    {"map-overlap", "The maps of a protection domain do not overlap.", rule_map_overlap},
    {"map-prefill-size", "The length of a region's file is asked for only where there is one.",
     rule_map_prefill_size},
    /* Regions. */
    {"region-name-unique", "No two memory regions have the same name.", rule_region_name_unique},
    {"region-size", "A memory region has a size or a file that fills it.", NULL},
    {"region-zero", "A memory region is not empty.", rule_region_zero},
    {"region-multiple", "A memory region's size is a multiple of its page size.", rule_region_multiple},
    {"region-page-size", "Pages have 0x1000 or 0x200000 bytes.", rule_region_page_size},
    {"region-prefill", "The file that fills a region exists, is not empty, and fits.", NULL},
    {"region-prefill-both", "A region is filled from a file or with boot information, not both.", NULL},
    {"region-boot-information",
     "Nothing relies on boot information, since the loader passes none on (warning).", NULL},
    {"region-paddr-alignment", "A physical address is a multiple of the page size.",
     rule_region_paddr_alignment},
    {"region-paddr-overlap", "Regions at fixed physical addresses do not overlap.",
     rule_region_paddr_overlap},
    {"region-paddr-memory",
     "A fixed region lies below 2^39, wholly in or wholly outside RAM, and not in the firmware's RAM.",
     rule_region_paddr_memory},
    {"region-paddr-reserved", "A fixed region does not touch the devices of the kernel.",
     rule_region_paddr_reserved},
    {"region-unused", "Every memory region is used (warning).", rule_region_unused},
    /* Interrupts and channels. */
    {"irq-number", "An interrupt is one of the board's sources, numbered from 1.", rule_irq_number},
    {"irq-unique", "An interrupt belongs to one protection domain and is given once.", rule_irq_unique},
    {"id-range", "The id of a channel or interrupt is 0 to 61.", rule_id_range},
    {"id-unique", "Channels and interrupts of one protection domain have different ids.", rule_id_unique},
    {"channel-ends", "A channel has exactly two ends.", NULL},
    {"channel-pd", "The end of a channel names an existing protection domain.", NULL},
    {"channel-self", "A channel connects two different protection domains (warning).", rule_channel_self},
    {"channel-rights", "A channel allows at least one end something (warning).", rule_channel_rights},
    {"channel-pp-both", "At most one end of a channel may call the other.", rule_channel_pp_both},
    {"channel-pp-priority", "Who is called has a strictly higher priority than who calls.",
     rule_channel_pp_priority},
    {"cspace-pd", "A capability in <cspace> names an existing protection domain.", NULL},
    {"cspace-slot", "A slot in <cspace> is 1 to 63.", rule_cspace_slot},
    {"cspace-unique", "No slot in <cspace> is given twice.", rule_cspace_unique},
    /* Domains. */
    {"domain-count", "<domains> has 1 to 16 domains.", rule_domain_count},
    {"domain-name-unique", "No two domains have the same name.", rule_domain_name_unique},
    {"domain-id-unique", "No two domains have the same id.", rule_domain_id_unique},
    {"domain-id-range", "The id of a domain is 0 to 15.", rule_domain_id_range},
    {"schedule-missing", "<domains> has a <domain_schedule>.", NULL},
    {"schedule-length", "A schedule has fewer than 100 entries, end markers counted.", rule_schedule_length},
    {"schedule-start", "The schedule starts at one of its entries, which is not an end marker.",
     rule_schedule_start},
    {"schedule-shift", "The shift and the entries together are fewer than 100.", rule_schedule_shift},
    {"schedule-domain", "A schedule names existing domains.", NULL},
    {"schedule-duration", "A duration is a number that is not zero, one blank, and us or ticks.", NULL},
    {"schedule-short", "A slot is at least 20 us long (warning).", rule_schedule_short},
    {"pd-domain", "A protection domain names its domain if, and only if, <domains> stands before it.",
     rule_pd_domain},
    {"pd-domain-known", "A protection domain names an existing domain.", NULL},
    {"pd-domain-scheduled", "The schedule gives time to every protection domain (warning).",
     rule_pd_domain_scheduled},
    /* Programs, and what only a build can tell. */
    {"program-found", "Every program is found, in the search path or from the working directory.", NULL},
    {"program-elf",
     "A program is a sound ELF file for RISC-V, linked at fixed addresses, nothing both writable and "
     "executable.",
     NULL},
    {"program-space", "A program meets neither the maps nor the stack of its protection domain.", NULL},
    {"program-symbols",
     "Every symbol that is set is in the program exactly once and has the size of its value.", NULL},
    {"memory-fits", "All programs, stacks and regions fit into the machine's memory and the kernel's pools.",
     rule_memory_fits},
    {"sdk-files", "Kernel, loader and initialiser are those of the SDK.", NULL},
    {"output", "What was asked for can be written, each to a file of its own, over nothing that is read.",
     NULL},
    {"image-check", "The finished image gives exactly what the description says.", NULL},
    /* Products and boards. */
    {"component-known", "Every component that is named exists.", NULL},
    {"component-unique", "No two components have the same name.", NULL},
    {"component-parent", "No component is, through its parents, a parent of itself.", NULL},
    {"config-unique", "The configs of a component have different names.", NULL},
    {"device-known", "Every device that a component asks for is on the board.", NULL},
    {"device-dma-size", "A DMA region is not empty.", NULL},
    {"connection-unique", "Rings and shares have different names; a client uses a call's name once.", NULL},
    {"connection-self", "A connection joins two different components.", NULL},
    {"ring-slots", "The number of slots of a ring is a power of two.", NULL},
    {"ring-slot-size", "A slot has a multiple of 8 bytes, and a ring at most 256 MiB.", NULL},
    {"share-size", "A share has 1 byte to 256 MiB.", NULL},
    {"restart-parent", "A component with a restart policy has a parent, which applies it.", NULL},
    {"restart-range",
     "A policy has 1 to 16 restarts within 1 s to a day, and waits of 1 ms to an hour, the first not the "
     "longest.",
     NULL},
    {"restart-attributes", "A policy says nothing that its disposition does not use.", NULL},
    {"restart-after", "A component restarts after others of its parent, and never after itself.", NULL},
    {"restart-reboot", "Whoever is to reboot the machine has a device that does.", NULL},
    {"on-fault", "Only a component without a parent says what its fault does.", NULL},
    {"boot-order", "Who is not in the safe composition has a lower priority than its parent.", NULL},
    {"boot-range", "The limit of bad boots is 1 to 1000, and a clean one lasts 1 s to a day.", NULL},
    {"share-readers", "A share of every component has one reader.", NULL},
    {"progress-parent", "A component with <progress> has a parent, which watches it.", NULL},
    {"progress-share", "The counters that show progress are in a share that the component owns.", NULL},
    {"progress-range", "Progress has 1 to 8 counters and is due within 100 ms to an hour.", NULL},
    {"progress-demand", "Demand is a counter of another component that the same parent watches.", NULL},
    {"postmortem-parent", "A component with <postmortem> has a parent, which keeps its last words.", NULL},
    {"postmortem-share", "Last words are in a share that the component owns.", NULL},
    {"budget-parent", "A component with <budget> has a parent, which is told when it uses up its budget.",
     NULL},
    {"budget-limited", "A component with <budget> has a budget that is smaller than its period.", NULL},
    {"budget-range",
     "A budget is exhausted for 100 ms to an hour, and for 20 periods, before its parent acts.", NULL},
    {"board-device", "The devices of a board have different names.", NULL},
    {"board-memory", "A board has memory, and its image base lies in it.", NULL},
    /* Policy. */
    {"policy-name", "A policy rule names existing components, regions and devices.", NULL},
    {"policy-only", "Only the listed components map the listed regions.", NULL},
    {"policy-never", "The listed components map none of the listed regions.", NULL},
    {"policy-devices", "Only components of kind driver map device memory, DMA memory or receive interrupts.",
     NULL},
    {"policy-exclusive", "Each listed device belongs to at most one component.", NULL},
    {"policy-no-path", "No data flows from one component to another but through the exceptions.", NULL},
    {"policy-timely", "A listed component gets the processor within so long, whatever others do.", NULL},
};

const size_t rules_count = sizeof rules_all / sizeof *rules_all;

void rules_run(const struct system_model *model, struct diag *diag)
{
    for (size_t i = 0; i < rules_count; i++) {
        if (rules_all[i].check != NULL) {
            const struct check check = {model, diag, rules_all[i].id};
            rules_all[i].check(&check);
        }
    }
}

const struct rule *rules_find(const char *id)
{
    for (size_t i = 0; i < rules_count; i++) {
        if (strcmp(rules_all[i].id, id) == 0) {
            return &rules_all[i];
        }
    }
    return NULL;
}

void rules_warn(const struct check *check, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag_vwarning(check->diag, check->rule, place, format, arguments);
    va_end(arguments);
}

void rules_fail(const struct check *check, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    diag_verror(check->diag, check->rule, place, format, arguments);
    va_end(arguments);
}
