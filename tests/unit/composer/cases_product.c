/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Negative cases of product descriptions and boards. '@' marks the place where the error is expected.
 */
#include "cases.h"

#define MEMORY       "<memory base='0x80000000' size='0x8000000'/>"
#define IMAGE        "<image base='0x80200000'/>"
#define DEVICE       "compatible='x' regs='0x10000000' size='0x1000'/>"
#define POLICY(rule) "<policy>\n" rule "</policy>"

/* uart drives a device; a sends to b through a ring and calls s; b keeps a secret. */
const char product_prologue[] =
    "<component name='s' program='s.elf' priority='9'/>\n"
    "<component name='uart' program='u.elf' priority='8' kind='driver'><device name='uart0' "
    "as='dev'/></component>\n"
    "<component name='a' program='a.elf' priority='7'/>\n"
    "<component name='b' program='b.elf' priority='6'><config name='secret' file='data.bin'/></component>\n"
    "<ring name='r' producer='a' consumer='b' slots='8' slot_size='64'/>\n"
    "<ring name='out' producer='b' consumer='uart' slots='8' slot_size='64'/>\n"
    "<call name='srv' client='a' server='s'/>\n"
    "<call name='srv' client='b' server='s'/>\n";

const struct rule_case product_cases[] = {
    {"name", "<component @name='x.y' program='x' priority='1'/>", "'x.y'"},
    {"name", "<ring name='q' producer='a' @consumer='*' slots='8' slot_size='64'/>", "'*'"},
    {"name", POLICY("<only @component=' ' reaches='secret'/>"), "names nothing"},
    {"choice", "<component name='x' program='x' priority='1' @kind='drivr'/>", "driver|service"},
    {"component-known", "<ring name='q' @producer='aa' consumer='b' slots='8' slot_size='64'/>", "'aa'"},
    {"component-known", "<component name='x' program='x' priority='1' @parent='y'/>", "'y'"},
    {"component-unique", "<component @name='a' program='x' priority='1'/>", "twice"},
    {"component-parent", "<component name='x' program='x' priority='1' @parent='x'/>", "parent of itself"},
    {"config-unique",
     "<component name='x' program='x' priority='1'><config name='c' file='f'/><config @name='c' "
     "file='g'/></component>",
     "two configs"},
    {"device-known",
     "<component name='x' program='x' priority='1' kind='driver'><device @name='uart1' as='d'/></component>",
     "no device 'uart1'"},
    {"device-dma-size",
     "<component name='x' program='x' priority='1'><device name='eth0' as='d' @dma_size='0'/></component>",
     "empty"},
    {"connection-unique", "<share @name='r' owner='a' reader='b' size='1'/>", "already used"},
    {"connection-unique", "<call @name='srv' client='a' server='s'/>", "already used"},
    {"connection-self", "<ring name='q' producer='a' @consumer='a' slots='8' slot_size='64'/>", "to itself"},
    {"ring-slots", "<ring name='q' producer='a' consumer='b' @slots='7' slot_size='64'/>", "power of two"},
    {"ring-slot-size", "<ring name='q' producer='a' consumer='b' slots='8' @slot_size='60'/>",
     "multiple of 8"},
    {"ring-slot-size", "<ring name='q' producer='a' consumer='b' slots='0x1000000' @slot_size='0x1000'/>",
     "256 MiB"},
    {"share-size", "<share name='q' owner='a' reader='b' @size='0'/>", "256 MiB"},
    {"region-prefill",
     "<component name='x' program='x' priority='1'><config name='c' file='data.bin' @size='5'/></component>",
     "5000 bytes"},
    {"setvar-unique",
     "<component name='x' program='x' priority='1'><config name='c' file='data.bin'/>"
     "<device name='eth0' as='e'/></component>\n<share name='c' @owner='x' reader='a' size='8'/>",
     NULL},
    {"pd-priority", "<component name='x' program='x' @priority='300'/>", "between 0 and 254"},
    {"channel-pp-priority", "<call name='up' @client='s' server='a'/>", "strictly higher"},
    {"irq-unique", "<component name='x' program='x' priority='1'><device @name='uart0' as='d'/></component>",
     "duplicate irq"},
    {"policy-name", POLICY("<only @component='bb' reaches='secret'/>"), "'bb'"},
    {"policy-name", POLICY("<only component='b' @reaches='secrets'/>"), "'secrets'"},
    {"policy-name", POLICY("<exclusive @devices='uart7'/>"), "'uart7'"},
    {"policy-only", POLICY("@<only component='a' reaches='secret'/>"), "'b' maps 'config.b.secret' (r)"},
    {"policy-never", POLICY("@<never component='a s' reaches='r.prod out'/>"), "'a' maps 'r.prod' (rw)"},
    {"policy-no-path", POLICY("@<no_path from='a' to='b'/>"), "a -[r.prod]-> b"},
    {"policy-no-path", POLICY("@<no_path from='a' to='uart' except='s'/>"),
     "a -[r.prod]-> b -[out.prod]-> uart"},
    {"policy-no-path", POLICY("@<no_path from='s' to='a'/>"), "s -[reply]-> a"},
    {"policy-no-path", POLICY("@<no_path from='b' to='s' except='uart'/>"), "b -[call]-> s"},
    {NULL, NULL, NULL},
};

const struct rule_case board_cases[] = {
    {"root", "@<bord name='x'/>", "the root element is 'bord'"},
    {"attribute-missing", "<board name='x'>" MEMORY IMAGE "@<device name='d' regs='0' size='1'/></board>",
     "compatible"},
    {"board-device",
     "<board name='x'>" MEMORY IMAGE "<device name='d' " DEVICE "<device @name='d' " DEVICE "</board>",
     "twice"},
    {"board-memory", "@<board name='x'>" IMAGE "</board>", "needs a <memory>"},
    {"board-memory", "@<board name='x'>" MEMORY "<image base='0x1000'/></board>", "needs an <image>"},
    {NULL, NULL, NULL},
};

const char *const other_cases[] = {"xml-limits",       "region-unused",  "channel-pp-both",
                                   "policy-exclusive", "policy-devices", NULL};
