/*
 * A page table for Sv39 as a subject of the vectors: what reads words, what walks, and a table of 4 KiB pages that can be
 * changed. It tells all that the vectors ask for. With -DWRONG it has three bugs that were found in real code: a
 * misaligned superpage is accepted, the supervisor fetches from user pages when SUM is set, and an unmapped page keeps
 * its place if it is the first one of a range.
 *
 *     gcc -std=c11 -o example example-sv39.c && ./example ../../vectors/walk/riscv-sv39.json
 */
#include "vector_runner.h"

enum { V = 1, R = 2, W = 4, X = 8, U = 16, G = 32, A = 64, D = 128 };

static const char *const REASON = "reserved";

/* What is wrong with a word whose V is set; NULL if nothing is. */
static const char *illegal(uint64_t word, int level) {
    if (word >> 63 != 0) return "63";
    if ((word >> 61 & 3) != 0) return "62:61";
    if ((word >> 54 & 0x7f) != 0) return "60:54";
    if ((word & (R | W | X)) == 0) {
        if ((word & D) != 0) return "D";
        if ((word & A) != 0) return "A";
        if ((word & U) != 0) return "U";
        return level == 0 ? "XWR" : NULL;
    }
#ifndef WRONG
    uint64_t frame = word >> 10 & 0xfffffffffff;
    if (level == 1 && (frame & 0x1ff) != 0) return "PPN[0]";
    if (level == 2 && (frame & 0x3ffff) != 0) return "PPN[1:0]";
#endif
    return (word & (R | W)) == W ? "W" : NULL;
}

static uint64_t address_in(uint64_t word) {
    return (word >> 10 & 0xfffffffffff) << 12;
}

static const char *letters_of(uint64_t word) {
    static char flags[8];
    snprintf(flags, sizeof flags, "%s%s%s%s%s", word & R ? "r" : "", word & W ? "w" : "", word & X ? "x" : "", word & U ? "u" : "", word & G ? "g" : "");
    return flags;
}

static void decode(const char *machine, uint64_t word, int level, vr_entry *entry) {
    (void)machine;
    if ((word & V) == 0) {
        entry->kind = VR_ABSENT;
    } else if ((entry->bit = illegal(word, level)) != NULL) {
        entry->kind = VR_INVALID;
        entry->reason = REASON;
    } else if ((word & (R | W | X)) == 0) {
        entry->kind = VR_TABLE;
        entry->paddr = address_in(word);
    } else {
        entry->kind = VR_LEAF;
        entry->paddr = address_in(word);
        entry->flags = letters_of(word);
        entry->accessed = (word & A) != 0;
        entry->dirty = (word & D) != 0;
    }
}

static bool is_canonical(uint64_t vaddr) {
    return (uint64_t)((int64_t)(vaddr << 25) >> 25) == vaddr;
}

/* Why an access to a leaf is refused: the bit that decides, or NULL. */
static const char *refusal(uint64_t word, const vr_walk *walk) {
    bool is_user = (word & U) != 0;
    if (walk->mode == VR_USER && !is_user) return "U";
#ifdef WRONG
    if (walk->mode == VR_KERNEL && is_user && !walk->controls.sum) return "U";
#else
    if (walk->mode == VR_KERNEL && is_user && (walk->access == VR_EXEC || !walk->controls.sum)) return "U";
#endif
    if (walk->access == VR_EXEC) return word & X ? NULL : "X";
    if (walk->access == VR_WRITE) return word & W ? NULL : "W";
    return (word & R) != 0 || (walk->controls.mxr && (word & X) != 0) ? NULL : "R";
}

static void translate(const vr_walk *walk, vr_answer *answer) {
    uint64_t table = walk->roots[0];
    if (!is_canonical(walk->vaddr)) {
        answer->fault = "non-canonical";
        return;
    }
    for (answer->level = 2;; answer->level--) {
        int shift = 12 + 9 * answer->level;
        uint64_t entry = table + 8 * (walk->vaddr >> shift & 511), word;
        if (!vr_read_word(walk->memory, entry, &word)) {
            answer->fault = "memory";
            return;
        }
        if ((word & V) == 0) {
            answer->fault = "not-present";
            answer->bit = "V";
            return;
        }
        if ((answer->bit = illegal(word, answer->level)) != NULL) {
            answer->fault = REASON;
            return;
        }
        if ((word & (R | W | X)) == 0) {
            table = address_in(word);
            continue;
        }
        if ((answer->bit = refusal(word, walk)) != NULL) {
            answer->fault = "permission";
            return;
        }
        uint64_t wanted = word | A | (walk->access == VR_WRITE ? D : 0);
        if (wanted != word && !walk->controls.svadu) {
            answer->fault = (word & A) == 0 ? "access-flag" : "dirty-flag";
            answer->bit = (word & A) == 0 ? "A" : "D";
            return;
        }
        answer->update_count = wanted != word;
        answer->updates[0].paddr = entry;
        answer->updates[0].word = wanted;
        uint64_t offset = walk->vaddr & ((UINT64_C(1) << shift) - 1);
        answer->mapped = true;
        answer->paddr = (address_in(word) & ~((UINT64_C(1) << shift) - 1)) | offset;
        return;
    }
}

/* ---- A table that can be changed: pages of 4 KiB, in as many frames as it needs ------------------------------------ */

typedef struct {
    uint64_t base, frame_count, used;
    uint64_t (*frames)[512];
} sv39;

static void *open_table(const char *machine, uint64_t base, uint64_t size) {
    (void)machine;
    sv39 *table = vr_alloc(sizeof *table);
    table->base = base;
    table->frame_count = size / 4096;
    table->used = 1;
    table->frames = vr_alloc((size_t)size);
    return table;
}

static void close_table(void *table) {
    free(((sv39 *)table)->frames);
    free(table);
}

/* The entry of a page; NULL if there is no table for it, or if no frame is left for one. */
static uint64_t *entry_of(sv39 *table, uint64_t vaddr, bool may_make) {
    uint64_t frame = 0;
    for (int level = 2; level > 0; level--) {
        uint64_t *entry = &table->frames[frame][vaddr >> (12 + 9 * level) & 511];
        if (*entry == 0) {
            if (!may_make || table->used == table->frame_count) return NULL;
            *entry = (table->base / 4096 + table->used++) << 10 | V;
        }
        frame = address_in(*entry) / 4096 - table->base / 4096;
    }
    return &table->frames[frame][vaddr >> 12 & 511];
}

static bool is_range(uint64_t start, uint64_t size) {
    return size > 0 && start % 4096 == 0 && size % 4096 == 0 && start + size - 1 >= start && is_canonical(start) && is_canonical(start + size - 1) && start >> 63 == (start + size - 1) >> 63;
}

/* The bits for letters; 0 if no word can say them. */
static uint64_t bits_of(const char *flags) {
    static const struct { char letter; int bit; } bits[] = {{'r', R}, {'w', R | W}, {'x', X}, {'u', U}, {'g', G}};
    uint64_t word = 0;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
        if (strchr(flags, bits[i].letter) != NULL) word |= (uint64_t)bits[i].bit;
    return strpbrk(flags, "dn") != NULL || (word & (R | W | X)) == 0 ? 0 : word;
}

static const char *map(void *opened, uint64_t start, uint64_t size, uint64_t paddr, const char *flags) {
    sv39 *table = opened;
    uint64_t bits = bits_of(flags);
    if (!is_range(start, size) || paddr % 4096 != 0 || (paddr + size - 1) >> 56 != 0 || bits == 0) return "InvalidParam";
    for (uint64_t at = 0; at < size; at += 4096) {
        uint64_t *entry = entry_of(table, start + at, false);
        if (entry != NULL && *entry != 0) return "AlreadyExists";
    }
    for (uint64_t at = 0; at < size; at += 4096) {
        uint64_t *entry = entry_of(table, start + at, true);
        if (entry == NULL) return "BadState";
        *entry = (paddr + at) / 4096 << 10 | bits | A | D | V;
    }
    return "ok";
}

static const char *unmap(void *opened, uint64_t start, uint64_t size) {
    if (!is_range(start, size)) return "InvalidParam";
#ifdef WRONG
    start += 4096, size -= 4096;
#endif
    for (uint64_t at = 0; at < size; at += 4096) {
        uint64_t *entry = entry_of(opened, start + at, false);
        if (entry != NULL) *entry = 0;
    }
    return "ok";
}

static const char *protect(void *opened, uint64_t start, uint64_t size, const char *flags) {
    uint64_t bits = bits_of(flags);
    if (!is_range(start, size) || bits == 0) return "InvalidParam";
    for (uint64_t at = 0; at < size; at += 4096) {
        uint64_t *entry = entry_of(opened, start + at, false);
        if (entry != NULL && *entry != 0) *entry = (*entry & ~(uint64_t)(R | W | X | U | G)) | bits;
    }
    return "ok";
}

static bool query(void *opened, uint64_t vaddr, vr_mapping *mapping) {
    const uint64_t *entry = is_canonical(vaddr) ? entry_of(opened, vaddr, false) : NULL;
    if (entry == NULL || *entry == 0) return false;
    mapping->paddr = address_in(*entry) | (vaddr & 4095);
    mapping->size = 4096;
    mapping->flags = letters_of(*entry);
    return true;
}

int main(int argc, char **argv) {
    static const char *const machines[] = {"riscv-sv39", NULL};
    static const vr_subject subject = {
        .machines = machines, .decode = decode, .translate = translate,
        .open_table = open_table, .close_table = close_table, .map = map, .unmap = unmap, .protect = protect, .query = query,
    };
    return vr_main(argc, argv, &subject);
}
