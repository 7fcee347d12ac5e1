/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about bits, for all values of the words: no loop, no bound. One entry point a fact.
 */
#include "object/cap.h"
#include "object/untyped.h"
#include "object/vspace.h"
#include "ready.h"
#include "state.h"

#define CLAIM(condition, text) __CPROVER_assert(condition, text)
#define GIVEN(condition)       __CPROVER_assume(condition)

static u64 satp_paddr;

/* An image anywhere below 2^56, in whole pages. */
u64 kernel_map_physical(const void *object)
{
    (void)object;
    GIVEN(satp_paddr < 1ull << 56 && satp_paddr % PN_PAGE_SIZE == 0);
    return satp_paddr;
}

/* What is put into a capability word comes out again. */
void cap_word(void)
{
    u64 type, rights, object;
    GIVEN(type < 32 && rights <= PN_ALL_RIGHTS && object < 1ull << 44);
    struct cap c = cap_make(type, rights, object);
    CLAIM(cap_type(c) == type, "type");
    CLAIM(cap_rights(c) == rights, "rights");
    CLAIM(object > 0xffff || cap_index(c) == object, "index");
    CLAIM(cap_frame_address(c) == object << PN_PAGE_BITS, "frame address");
    CLAIM((c.word & (CAP_LARGE | CAP_DEVICE)) == 0 && c.badge == 0, "no flag, no badge");
    c.word += CAP_LARGE + CAP_DEVICE;
    CLAIM(cap_type(c) == type && cap_rights(c) == rights && cap_frame_address(c) == object << PN_PAGE_BITS,
          "flags disturb nothing");
}

/* A derived capability: rights are those of both, the badge is given once, nothing else changes. */
void cap_derivation(void)
{
    struct cap parent;
    u64 mask, badge;
    struct cap child = cap_derive(parent, mask, badge);
    CLAIM(cap_rights(child) == (cap_rights(parent) & mask), "rights are those of parent and mask");
    CLAIM((cap_rights(child) & ~cap_rights(parent)) == 0, "no right is added");
    CLAIM((child.word & ~0x1e0ull) == (parent.word & ~0x1e0ull), "nothing else of the word changes");
    CLAIM(parent.badge == 0 || child.badge == parent.badge, "a badge stays");
    CLAIM(child.badge == parent.badge || cap_type(parent) == PN_CAP_ENDPOINT ||
              cap_type(parent) == PN_CAP_NOTIFICATION,
          "only endpoints and notifications take a badge");
    CLAIM(child.badge == parent.badge || child.badge == badge, "the badge is the one that was asked for");
}

/* Whatever a derived capability allows, its parent allows. */
void cap_monotony(void)
{
    struct cap parent;
    u64 mask, badge, need;
    struct cap child = cap_derive(parent, mask, badge);
    CLAIM(!cap_allows(child, need) || cap_allows(parent, need), "no more than the parent");
    CLAIM(!cap_allows(child, need) || need <= PN_ALL_RIGHTS, "rights that do not exist are never there");
    CLAIM(cap_allows(parent, need) == ((need & ~cap_rights(parent)) == 0), "all of the rights");
}

/* Label and length of a message: no bit moves from one to the other. */
void message_info(void)
{
    u64 info;
    u64 label = info >> PN_MSGINFO_LABEL_SHIFT;
    u64 length = info & PN_MSGINFO_LENGTH_MASK;
    u64 packed = (label << PN_MSGINFO_LABEL_SHIFT) + length;
    CLAIM(packed >> PN_MSGINFO_LABEL_SHIFT == label, "label");
    CLAIM((packed & PN_MSGINFO_LENGTH_MASK) == length, "length");
    CLAIM((packed & 0xf80u) == 0, "capability fields are 0");
    CLAIM(length <= 127, "length fits its field");
}

/* Page table entries. */
void page_table_entry(void)
{
    u64 paddr, bits;
    GIVEN(paddr < 1ull << 56 && paddr % PN_PAGE_SIZE == 0 && bits < 1024);
    u64 pte = pte_make(paddr, bits);
    CLAIM(pte_address(pte) == paddr, "address");
    CLAIM((pte & 1023u) == bits, "bits");
    CLAIM(pte >> 54 == 0, "reserved bits are 0");
    CLAIM(pte == (paddr >> 12 << 10 | bits), "as the Sv39 format says");
}

/* satp: Sv39, the address space's own ASID, never 0, and its root table. */
void satp_word(void)
{
    u16 v;
    u64 other = satp_paddr;
    GIVEN(v < PN_MAX_VSPACES);
    u64 satp = vspace_satp(v);
    CLAIM(satp >> 60 == 8, "mode Sv39");
    CLAIM((satp >> 44 & 0xffffu) == v + 1u, "ASID");
    CLAIM((satp & 0xfffffffffffull) == other >> 12, "root table");
}

/* The number of the lowest bit, without a loop. */
void lowest_bit_is_lowest(void)
{
    u64 word;
    GIVEN(word != 0);
    u64 bit = lowest_bit(word);
    CLAIM(bit < 64, "a bit of the word");
    CLAIM((word >> bit & 1) == 1, "is set");
    CLAIM((word & ((1ull << bit) - 1)) == 0, "none below it is");
}

/* Cutting memory: inside, above the watermark, aligned, without overflow. */
void untyped_cut(void)
{
    struct untyped u;
    u64 size, at;
    bool large;
    u64 align = large ? PN_LARGE_SIZE : PN_PAGE_SIZE;
    GIVEN(u.paddr <= 1ull << 56 && u.size <= (1ull << 56) - u.paddr && u.used <= u.size);
    struct cut cut = untyped_find(&u, size, align, at);
    if (cut.error != PN_OK) {
        CLAIM(cut.error == PN_ERR_ALIGNMENT || cut.error == PN_ERR_NOT_ENOUGH_MEMORY, "documented errors");
        CLAIM(cut.error != PN_ERR_ALIGNMENT || (at != 0 && at % align != 0), "alignment is the caller's");
        return;
    }
    CLAIM(cut.paddr % align == 0, "aligned");
    CLAIM(cut.paddr >= u.paddr + u.used, "above the watermark");
    CLAIM(size <= u.paddr + u.size - cut.paddr, "inside");
    CLAIM(at == 0 || cut.paddr == at, "where it was asked for");
    CLAIM(at != 0 || cut.paddr - (u.paddr + u.used) < align, "no more than alignment is skipped");
}

/* Microseconds to ticks: exact in the range that set_parameters admits and boot allows. */
void ticks_of_microseconds(void)
{
    u64 us;
    GIVEN(us >= PN_MIN_BUDGET_US && us <= PN_MAX_PERIOD_US);
    GIVEN(fixed.timebase_hz >= 1000000u && fixed.timebase_hz <= 1000000000u);
    u64 product;
    CLAIM(!__builtin_mul_overflow(us, fixed.timebase_hz, &product), "no overflow");
    CLAIM(us_to_ticks(us) <= 3600000000000ull, "at most an hour at the quickest timebase");
}
