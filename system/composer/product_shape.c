/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Grammar tables of product descriptions and board files.
 */
#include "product_shape.h"

#define SHAPE(variable, element, ...)                                                 \
    static const struct attribute_shape variable##_attributes[] = {__VA_ARGS__, {0}}; \
    static const struct element_shape variable##_shape = {.name = element,            \
                                                          .attributes = variable##_attributes}
#define ONLY_ONE(variable, element, ...)                                              \
    static const struct attribute_shape variable##_attributes[] = {__VA_ARGS__, {0}}; \
    static const struct element_shape variable##_shape = {                            \
        .name = element, .attributes = variable##_attributes, .once = true}

SHAPE(device, "device", REQUIRED("name", SHAPE_NAME), REQUIRED("as", SHAPE_NAME),
      OPTIONAL("dma_size", SHAPE_NUMBER));
ONLY_ONE(
    restart, "restart",
    {.name = "disposition", .type = SHAPE_CHOICE, .choices = "restart|hold|degrade|reboot", .required = true},
    OPTIONAL("min_run_ms", SHAPE_NUMBER), OPTIONAL("backoff_ms", SHAPE_NUMBER),
    OPTIONAL("max_backoff_ms", SHAPE_NUMBER), OPTIONAL("limit", SHAPE_NUMBER),
    OPTIONAL("window_s", SHAPE_NUMBER),
    {.name = "then", .type = SHAPE_CHOICE, .choices = "hold|degrade|reboot"}, OPTIONAL("after", SHAPE_NAMES));
ONLY_ONE(progress, "progress", REQUIRED("share", SHAPE_NAME), REQUIRED("counters", SHAPE_NAMES),
         REQUIRED("deadline_ms", SHAPE_NUMBER), OPTIONAL("demand", SHAPE_NAMES),
         OPTIONAL("waits", SHAPE_NAMES));
ONLY_ONE(postmortem, "postmortem", REQUIRED("share", SHAPE_NAME), OPTIONAL("secret", SHAPE_BOOL));
ONLY_ONE(budget, "budget",
         {.name = "on_exhausted", .type = SHAPE_CHOICE, .choices = "report|fail", .required = true},
         REQUIRED("for_ms", SHAPE_NUMBER));
SHAPE(config, "config", REQUIRED("name", SHAPE_NAME), REQUIRED("file", SHAPE_TEXT),
      {.name = "perms", .type = SHAPE_CHOICE, .choices = "r|rw"}, OPTIONAL("size", SHAPE_NUMBER));

static const struct attribute_shape component_attributes[] = {
    REQUIRED("name", SHAPE_NAME),
    REQUIRED("program", SHAPE_TEXT),
    REQUIRED("priority", SHAPE_NUMBER),
    OPTIONAL("budget", SHAPE_NUMBER),
    OPTIONAL("period", SHAPE_NUMBER),
    OPTIONAL("passive", SHAPE_BOOL),
    OPTIONAL("stack_size", SHAPE_NUMBER),
    OPTIONAL("fpu", SHAPE_BOOL),
    OPTIONAL("parent", SHAPE_NAME),
    {.name = "kind", .type = SHAPE_CHOICE, .choices = "driver|service"},
    {.name = "on_fault", .type = SHAPE_CHOICE, .choices = "stop|reset"},
    {0},
};
static const struct element_shape *const component_children[] = {
    &device_shape, &config_shape, &restart_shape, &progress_shape, &postmortem_shape, &budget_shape, NULL};
static const struct element_shape component_shape = {
    .name = "component", .attributes = component_attributes, .children = component_children};

SHAPE(ring, "ring", REQUIRED("name", SHAPE_NAME), REQUIRED("producer", SHAPE_TEXT),
      REQUIRED("consumer", SHAPE_NAME), REQUIRED("slots", SHAPE_NUMBER), REQUIRED("slot_size", SHAPE_NUMBER));
SHAPE(share, "share", REQUIRED("name", SHAPE_NAME), REQUIRED("owner", SHAPE_TEXT),
      OPTIONAL("reader", SHAPE_NAMES), REQUIRED("size", SHAPE_NUMBER), OPTIONAL("keep", SHAPE_BOOL));
SHAPE(call, "call", REQUIRED("name", SHAPE_NAME), REQUIRED("client", SHAPE_NAME),
      REQUIRED("server", SHAPE_NAME));

SHAPE(signal, "signal", REQUIRED("name", SHAPE_NAME), REQUIRED("from", SHAPE_NAME),
      REQUIRED("to", SHAPE_NAME));

SHAPE(only, "only", REQUIRED("component", SHAPE_NAMES), REQUIRED("reaches", SHAPE_NAMES));
SHAPE(never, "never", REQUIRED("component", SHAPE_NAMES), REQUIRED("reaches", SHAPE_NAMES));
SHAPE(devices, "devices", {.name = "only", .type = SHAPE_CHOICE, .choices = "driver", .required = true});
SHAPE(exclusive, "exclusive", REQUIRED("devices", SHAPE_NAMES));
SHAPE(no_path, "no_path", REQUIRED("from", SHAPE_NAMES), REQUIRED("to", SHAPE_NAMES),
      OPTIONAL("except", SHAPE_NAMES));
SHAPE(timely, "timely", REQUIRED("component", SHAPE_NAMES), OPTIONAL("woken_by", SHAPE_NAMES),
      REQUIRED("within_us", SHAPE_NUMBER));

static const struct attribute_shape no_attributes[] = {{0}};
static const struct element_shape *const policy_children[] = {
    &only_shape, &never_shape, &devices_shape, &exclusive_shape, &no_path_shape, &timely_shape, NULL};
static const struct element_shape policy_shape = {
    .name = "policy", .attributes = no_attributes, .children = policy_children, .once = true};

ONLY_ONE(boot, "boot", OPTIONAL("limit", SHAPE_NUMBER), OPTIONAL("clean_s", SHAPE_NUMBER),
         REQUIRED("safe", SHAPE_NAMES));

static const struct attribute_shape gateway_attributes[] = {REQUIRED("name", SHAPE_TEXT), {0}};
static const struct element_shape *const gateway_children[] = {&component_shape, &ring_shape,   &share_shape,
                                                               &call_shape,      &signal_shape, &policy_shape,
                                                               &boot_shape,      NULL};
const struct element_shape product_shape = {
    .name = "gateway", .attributes = gateway_attributes, .children = gateway_children};

ONLY_ONE(memory, "memory", REQUIRED("base", SHAPE_NUMBER), REQUIRED("size", SHAPE_NUMBER));
ONLY_ONE(interrupts, "interrupts", REQUIRED("sources", SHAPE_NUMBER));
SHAPE(reserved, "reserved", REQUIRED("name", SHAPE_NAME), REQUIRED("base", SHAPE_NUMBER),
      REQUIRED("size", SHAPE_NUMBER));
ONLY_ONE(image, "image", REQUIRED("base", SHAPE_NUMBER));
SHAPE(board_device, "device", REQUIRED("name", SHAPE_NAME), REQUIRED("compatible", SHAPE_TEXT),
      REQUIRED("regs", SHAPE_NUMBER), REQUIRED("size", SHAPE_NUMBER), OPTIONAL("irq", SHAPE_NUMBER),
      {.name = "trigger", .type = SHAPE_CHOICE, .choices = "level|edge"},
      {.name = "dma", .type = SHAPE_CHOICE, .choices = "none|confined|unconfined"});

static const struct attribute_shape board_attributes[] = {REQUIRED("name", SHAPE_TEXT), {0}};
static const struct element_shape *const board_children[] = {
    &memory_shape, &image_shape, &interrupts_shape, &reserved_shape, &board_device_shape, NULL};
const struct element_shape board_shape = {
    .name = "board", .attributes = board_attributes, .children = board_children};
