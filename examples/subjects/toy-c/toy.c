/*
 * A page table of a machine that does not exist, as a subject of `addrspace conform --exec`: JSON lines in, JSON lines
 * out (docs/exec-protocol.md). One file, C11 and POSIX, no dependencies:
 *
 *     cc -O2 -o toy toy.c && addrspace conform --exec ./toy
 *
 * The machine: three levels of 512 entries, pages of 4 KiB and no huge ones, 39-bit addresses of which the upper half
 * copies bit 38, 40 bits of physical address. Its entry:
 *
 *     63:40 must be zero   39:12 frame   11:9 must be zero   8 hidden   7:5 must be zero   4 U   3 X   2 W   1 R   0 P
 *
 * P with R a leaf (at level 0 only), P without R, W, X and U a pointer to a table (above level 0 only). Without P nothing
 * is there; `hidden` and a frame alone mark a page without access, which keeps its frame.
 */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 3, TOP = LEVELS - 1, ENTRIES = 512, PHYS_BITS = 40, SCRATCH_FRAMES = 16 };
#define PAGE UINT64_C(0x1000)
#define FRAME_BITS UINT64_C(0xfffffff000)
#define LOWER_END (UINT64_C(1) << 38)
#define UPPER_START (~(LOWER_END - 1))
enum { P = 1, R = 2, W = 4, X = 8, U = 16, HIDDEN = 256 };

/* ---- entries ---- */

typedef enum { ABSENT, TABLE, LEAF, INVALID } Kind;
typedef struct { Kind kind; uint64_t frame; unsigned rights; } Entry; /* no rights: hidden */

static Entry decode(uint64_t word, int level) {
    uint64_t frame = word & FRAME_BITS;
    unsigned rights = word & (R | W | X | U);
    if (!(word & P)) {
        bool hidden = level == 0 && word == (frame | HIDDEN);
        return (Entry){ hidden ? LEAF : ABSENT, hidden ? frame : 0, 0 };
    }
    if (word & ~(FRAME_BITS | P | R | W | X | U)) return (Entry){ INVALID, 0, 0 };
    if (rights == 0) return (Entry){ level > 0 ? TABLE : INVALID, frame, 0 };
    return (Entry){ level == 0 && rights & R ? LEAF : INVALID, frame, rights };
}

static uint64_t leaf_word(uint64_t frame, unsigned rights) {
    return frame | (rights ? P | rights : HIDDEN);
}

/* Letters in the order rwxu to rights; false for what no leaf can say. */
static bool rights_of(const char *flags, unsigned *rights) {
    *rights = 0;
    for (; *flags; flags++) {
        const char *at = strchr("rwxu", *flags);
        if (!at) return false;
        *rights |= R << (at - "rwxu");
    }
    return *rights == 0 || *rights & R;
}

static const char *letters(unsigned rights) {
    static char text[5];
    int n = 0;
    for (int i = 0; i < 4; i++) if (rights & (R << i)) text[n++] = "rwxu"[i];
    text[n] = 0;
    return text;
}

/* ---- memory and frames ---- */

typedef struct World {
    struct World *next;
    uint64_t handle, root, frames, used;
    int64_t left; /* allocations that still succeed; -1: as many as there are frames */
    uint64_t *words;
    bool *taken;
} World;

/* The first frames are nobody's: what a case writes there cannot hurt. */
static uint64_t memory_end(const World *w) { return (SCRATCH_FRAMES + w->frames) * PAGE; }
static uint64_t *word_at(World *w, uint64_t paddr) { return paddr < memory_end(w) ? &w->words[paddr / 8] : NULL; }

static bool can_allocate(const World *w, uint64_t count) {
    return w->used + count <= w->frames && (w->left < 0 || count <= (uint64_t)w->left);
}

static uint64_t allocate(World *w) {
    uint64_t i = 0;
    while (w->taken[i]) i++;
    w->taken[i] = true;
    w->used++;
    if (w->left > 0) w->left--;
    return (SCRATCH_FRAMES + i) * PAGE;
}

/* ---- what is written back ---- */

static char *out;
static size_t out_size, out_room;

static void say(const char *format, ...) {
    for (;;) {
        va_list list;
        va_start(list, format);
        size_t room = out_room - out_size;
        int length = vsnprintf(out ? out + out_size : NULL, out ? room : 0, format, list);
        va_end(list);
        if (out && (size_t)length < room) { out_size += (size_t)length; return; }
        out_room = 2 * out_room + (size_t)length + 1024;
        out = realloc(out, out_room);
        if (!out) exit(1);
    }
}

#define HEX "\"0x%" PRIx64 "\""

/* What one operation has made stale, ranges that touch joined, and the tables that it gave back. */
typedef struct { uint64_t start, size; } Range;
static Range stale[1 << 16];
static uint64_t freed[1 << 12];
static size_t stale_count, freed_count;

static void make_stale(uint64_t vaddr) {
    Range *last = stale_count ? &stale[stale_count - 1] : NULL;
    if (last && last->start + last->size == vaddr) last->size += PAGE;
    else stale[stale_count++] = (Range){ vaddr, PAGE };
}

static void say_events(void) {
    if (stale_count == 0) return;
    say(",\"events\":[{\"event\":\"invalidate\",\"ranges\":[");
    for (size_t i = 0; i < stale_count; i++) say("%s{\"start\":" HEX ",\"size\":" HEX "}", i ? "," : "", stale[i].start, stale[i].size);
    say("],\"dropsTables\":%s}", freed_count ? "true" : "false");
    for (size_t i = 0; i < freed_count; i++) say(",{\"event\":\"free\",\"frame\":" HEX "}", freed[i]);
    say("]");
}

/* ---- walking ---- */

static int shift_of(int level) { return 12 + 9 * level; }
static unsigned index_of(uint64_t vaddr, int level) { return vaddr >> shift_of(level) & (ENTRIES - 1); }
static bool canonical(uint64_t vaddr) { return vaddr < LOWER_END || vaddr >= UPPER_START; }

/* The way to one address: how far it goes, and what is there. */
typedef struct { uint64_t *word; Entry entry; int level; bool beyond; } Step;

static Step walk(World *w, uint64_t vaddr) {
    uint64_t table = w->root;
    for (int level = TOP;; level--) {
        uint64_t *word = word_at(w, table + 8 * index_of(vaddr, level));
        if (!word) return (Step){ NULL, { INVALID, 0, 0 }, level + 1, true };
        Entry entry = decode(*word, level);
        if (entry.kind != TABLE) return (Step){ word, entry, level, false };
        table = entry.frame;
    }
}

/* The part of a range that lies below one entry, and the entry's own first address. */
#define EACH_ENTRY(table, level, first, last) \
    for (uint64_t span = UINT64_C(1) << shift_of(level), at = (first) & ~(span - 1), i = 0; \
         i <= ((last) >> shift_of(level)) - ((first) >> shift_of(level)); i++, at += span)
#define FROM (at > first ? at : first)
#define TO (at + (span - 1) < last ? at + (span - 1) : last)

/* Looks before anything is written. `tables`: how many a map has to make. */
typedef enum { WANTS_FREE, WANTS_FULL, WANTS_NOTHING } Want;

static const char *look(World *w, uint64_t table, int level, uint64_t first, uint64_t last, Want want, uint64_t *tables) {
    EACH_ENTRY(table, level, first, last) {
        uint64_t *word = word_at(w, table + 8 * index_of(at, level));
        if (!word) return "invalid-entry";
        Entry entry = decode(*word, level);
        const char *problem = NULL;
        if (entry.kind == INVALID) problem = "invalid-entry";
        else if (entry.kind == ABSENT && want == WANTS_FULL) problem = "not-mapped";
        else if (entry.kind == LEAF && want == WANTS_FREE) problem = "already-mapped";
        else if (entry.kind == TABLE) problem = look(w, entry.frame, level - 1, FROM, TO, want, tables);
        else if (entry.kind == ABSENT)
            for (int below = level; below > 0; below--) *tables += (TO >> shift_of(below)) - (FROM >> shift_of(below)) + 1;
        if (problem) return problem;
    }
    return NULL;
}

/* Protects, or with `unmaps` removes; tells whether the table has become empty. */
static bool change(World *w, uint64_t table, int level, uint64_t first, uint64_t last, bool unmaps, unsigned rights) {
    EACH_ENTRY(table, level, first, last) {
        uint64_t *word = word_at(w, table + 8 * index_of(at, level));
        Entry entry = decode(*word, level);
        if (entry.kind == TABLE && change(w, entry.frame, level - 1, FROM, TO, unmaps, rights)) {
            *word = 0;
            w->taken[entry.frame / PAGE - SCRATCH_FRAMES] = false;
            w->used--;
            freed[freed_count++] = entry.frame;
        } else if (entry.kind == LEAF) {
            uint64_t now = unmaps ? 0 : leaf_word(entry.frame, rights);
            /* A pointer on the way to a page that nobody sees may be cached all the same. */
            if (now != *word && (entry.rights || unmaps)) make_stale(at);
            *word = now;
        }
    }
    for (int i = 0; i < ENTRIES; i++) if (*word_at(w, table + 8 * (uint64_t)i)) return false;
    return unmaps && level < TOP;
}

/* ---- operations: NULL, or why they are refused ---- */

static const char *check_range(uint64_t vaddr, uint64_t size) {
    if (size == 0) return "empty-range";
    if ((vaddr | size) % PAGE) return "misaligned";
    uint64_t last = vaddr + size - 1;
    if (last < vaddr || !canonical(vaddr) || !canonical(last) || vaddr >> 63 != last >> 63) return "non-canonical";
    return NULL;
}

static const char *map(World *w, uint64_t vaddr, uint64_t size, uint64_t paddr, const char *flags) {
    const char *problem = check_range(vaddr, size);
    if (problem) return problem;
    if (paddr % PAGE) return "misaligned";
    if (paddr >> PHYS_BITS || (size - 1) >> PHYS_BITS || (paddr + size - 1) >> PHYS_BITS) return "too-wide";
    unsigned rights;
    if (!rights_of(flags, &rights)) return "not-expressible";
    uint64_t tables = 0;
    problem = look(w, w->root, TOP, vaddr, vaddr + size - 1, WANTS_FREE, &tables);
    if (problem) return problem;
    if (!can_allocate(w, tables)) return "out-of-frames";
    for (uint64_t done = 0; done < size; done += PAGE) {
        Step step = walk(w, vaddr + done);
        for (; step.level > 0; step = walk(w, vaddr + done)) *step.word = allocate(w) | P;
        *step.word = leaf_word(paddr + done, rights);
    }
    return NULL;
}

static const char *change_range(World *w, uint64_t vaddr, uint64_t size, bool skips_holes, bool unmaps, const char *flags) {
    const char *problem = check_range(vaddr, size);
    if (problem) return problem;
    unsigned rights = 0;
    if (!unmaps && !rights_of(flags, &rights)) return "not-expressible";
    uint64_t ignored = 0;
    problem = look(w, w->root, TOP, vaddr, vaddr + size - 1, skips_holes ? WANTS_NOTHING : WANTS_FULL, &ignored);
    if (problem) return problem;
    change(w, w->root, TOP, vaddr, vaddr + size - 1, unmaps, rights);
    return NULL;
}

static const char *remap(World *w, uint64_t vaddr, uint64_t paddr) {
    if (!canonical(vaddr)) return "non-canonical";
    if (paddr % PAGE) return "misaligned";
    if (paddr >> PHYS_BITS) return "too-wide";
    Step step = walk(w, vaddr);
    if (step.entry.kind == INVALID) return "invalid-entry";
    if (step.entry.kind == ABSENT) return "not-mapped";
    uint64_t now = leaf_word(paddr, step.entry.rights);
    if (now != *step.word && step.entry.rights) make_stale(vaddr & ~(PAGE - 1));
    *step.word = now;
    return NULL;
}

static void say_translation(World *w, uint64_t vaddr, const char *access, bool user) {
    Step step = canonical(vaddr) ? walk(w, vaddr) : (Step){ .level = TOP };
    unsigned need = *access == 'r' ? R : *access == 'w' ? W : X;
    const char *fault = NULL;
    if (!canonical(vaddr)) fault = "non-canonical";
    else if (step.beyond) fault = "memory";
    else if (step.entry.kind == INVALID) fault = "reserved";
    else if (step.entry.kind == ABSENT || step.entry.rights == 0) fault = "not-present";
    else if (!(step.entry.rights & need) || (user && !(step.entry.rights & U))) fault = "permission";
    if (fault) say(",\"fault\":\"%s\",\"level\":%d", fault, step.level);
    else say(",\"paddr\":" HEX, step.entry.frame + vaddr % PAGE);
}

/* Pages that continue each other are one run. */
typedef struct { uint64_t start, size, paddr; unsigned rights; int count; } Run;

static void say_run(Run *run) {
    if (run->size == 0) return;
    say("%s{\"start\":" HEX ",\"size\":" HEX ",\"paddr\":" HEX ",\"leafSize\":\"0x1000\",\"flags\":\"%s\"}", run->count++ ? "," : "",
        run->start, run->size, run->paddr, letters(run->rights));
}

static void say_leaves(World *w, uint64_t table, int level, uint64_t base, uint64_t first, uint64_t last, Run *run) {
    for (uint64_t i = 0; i < ENTRIES; i++) {
        uint64_t at = base + (i << shift_of(level));
        if (level == TOP && i >= ENTRIES / 2) at |= UPPER_START;
        uint64_t *word = word_at(w, table + 8 * i);
        if (!word || at > last || at + ((UINT64_C(1) << shift_of(level)) - 1) < first) continue;
        Entry entry = decode(*word, level);
        if (entry.kind == TABLE) say_leaves(w, entry.frame, level - 1, at, first, last, run);
        if (entry.kind != LEAF) continue;
        if (run->size && run->start + run->size == at && run->paddr + run->size == entry.frame && run->rights == entry.rights) {
            run->size += PAGE;
            continue;
        }
        say_run(run);
        *run = (Run){ at, PAGE, entry.frame, entry.rights, run->count };
    }
}

/* ---- requests: flat JSON without white space, in which every key occurs once ---- */

static const char *field(const char *line, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    const char *at = strstr(line, quoted);
    return at ? at + strlen(quoted) : "";
}

static uint64_t number(const char *line, const char *key) {
    const char *text = field(line, key);
    return strtoull(*text == '"' ? text + 1 : text, NULL, 0);
}

/* The text of a string, valid until the next call for the same slot. */
static const char *text(const char *line, const char *key) {
    static char slots[4][64];
    static int next;
    char *slot = slots[next++ % 4];
    const char *from = field(line, key);
    if (*from == '"') from++;
    snprintf(slot, sizeof slots[0], "%.*s", (int)strcspn(from, "\""), from);
    return slot;
}

static bool is(const char *line, const char *key, const char *value) { return strcmp(text(line, key), value) == 0; }

static World *worlds;

static World *world_of(const char *line) {
    World *w = worlds;
    while (w && w->handle != number(line, "table")) w = w->next;
    return w;
}

static void forget(void) {
    while (worlds) {
        World *w = worlds;
        worlds = w->next;
        free(w->words);
        free(w->taken);
        free(w);
    }
}

static void new_table(const char *line) {
    World *w = calloc(1, sizeof *w);
    w->handle = number(line, "table");
    w->frames = number(line, "frames");
    w->left = -1;
    w->words = calloc(SCRATCH_FRAMES + w->frames, PAGE);
    w->taken = calloc(w->frames, sizeof *w->taken);
    w->root = allocate(w);
    w->next = worlds;
    worlds = w;
    say(",\"roots\":[" HEX "],\"scratch\":{\"start\":\"0x0\",\"size\":" HEX "}", w->root, SCRATCH_FRAMES * PAGE);
}

static void dispose(World *w) {
    memset(w->words + SCRATCH_FRAMES * (PAGE / 8), 0, w->frames * PAGE);
    memset(w->taken, 0, w->frames * sizeof *w->taken);
    w->used = 0;
}

static void say_entry(uint64_t word, int level) {
    Entry entry = decode(word, level);
    if (entry.kind == ABSENT) say(",\"entry\":{\"kind\":\"absent\"}");
    else if (entry.kind == TABLE) say(",\"entry\":{\"kind\":\"table\",\"frame\":" HEX "}", entry.frame);
    else if (entry.kind == INVALID) say(",\"entry\":{\"kind\":\"invalid\",\"reason\":\"a reserved encoding\"}");
    else say(",\"entry\":{\"kind\":\"leaf\",\"frame\":" HEX ",\"flags\":\"%s\",\"accessed\":false,\"dirty\":false}", entry.frame, letters(entry.rights));
}

static void encode(const char *line) {
    uint64_t frame = number(line, "frame"), level = number(line, "level");
    unsigned rights;
    const char *problem = NULL;
    if (is(line, "kind", "absent")) { say(",\"word\":\"0x0\""); return; }
    if (frame % PAGE) problem = "misaligned";
    else if (frame >> PHYS_BITS) problem = "too-wide";
    else if (is(line, "kind", "table") ? level == 0 : level > 0) problem = "not-expressible";
    else if (is(line, "kind", "table")) { say(",\"word\":" HEX, frame | P); return; }
    else if (!is(line, "kind", "leaf") || !rights_of(text(line, "flags"), &rights)) problem = "not-expressible";
    else if (*field(line, "accessed") == 't' || *field(line, "dirty") == 't') problem = "not-expressible";
    if (problem) say(",\"refused\":\"%s\"", problem);
    else say(",\"word\":" HEX, leaf_word(frame, rights));
}

static const char HELLO[] =
    ",\"protocol\":1,\"name\":\"toy in C\",\"manifest\":{\"levels\":3,\"indexBits\":9,\"physBits\":40,\"leafLevels\":[0],\"halves\":\"sign-extended\","
    "\"grants\":{\"\":\"\",\"r\":\"r\",\"rw\":\"rw\",\"rx\":\"rx\",\"rwx\":\"rwx\",\"ru\":\"ru\",\"rwu\":\"rwu\",\"rxu\":\"rxu\",\"rwxu\":\"rwxu\",\"u\":null,\"w\":null,"
    "\"x\":null,\"wu\":null,\"xu\":null,\"rd\":null,\"rn\":null,\"rg\":null},"
    "\"kernelOnUserPages\":{\"ru\":\"r\",\"rwu\":\"rw\",\"rxu\":\"rx\",\"rwxu\":\"rwx\"},"
    "\"features\":{\"tellsReasons\":true,\"freesTables\":true,\"keepsHidden\":true,\"invalidations\":\"exact\",\"translates\":true,\"remaps\":true,"
    "\"disposes\":true,\"hasMemory\":true,\"hasFrames\":true,\"hasCodec\":true}}";

static void outcome(const char *problem) {
    if (problem) say(",\"refused\":\"%s\"", problem);
    else say(",\"ok\":true");
    say_events();
}

static void answer_about(World *w, const char *line, const char *ask) {
    uint64_t vaddr = number(line, "vaddr"), size = number(line, "size"), paddr = number(line, "paddr");
    bool skips = is(line, "holes", "skip");
    if (!strcmp(ask, "map")) outcome(map(w, vaddr, size, paddr, text(line, "flags")));
    else if (!strcmp(ask, "unmap")) outcome(change_range(w, vaddr, size, skips, true, ""));
    else if (!strcmp(ask, "protect")) outcome(change_range(w, vaddr, size, skips, false, text(line, "flags")));
    else if (!strcmp(ask, "remap")) outcome(remap(w, vaddr, paddr));
    else if (!strcmp(ask, "query")) {
        Step step = canonical(vaddr) ? walk(w, vaddr) : (Step){ .entry = { ABSENT, 0, 0 } };
        if (step.entry.kind != LEAF) say(",\"mapping\":null");
        else say(",\"mapping\":{\"paddr\":" HEX ",\"size\":\"0x1000\",\"flags\":\"%s\"}", step.entry.frame + vaddr % PAGE, letters(step.entry.rights));
    } else if (!strcmp(ask, "leaves")) {
        Run run = { 0 };
        say(",\"leaves\":[");
        say_leaves(w, w->root, TOP, 0, number(line, "first"), number(line, "last"), &run);
        say_run(&run);
        say("]");
    } else if (!strcmp(ask, "translate")) say_translation(w, vaddr, text(line, "access"), is(line, "mode", "user"));
    else if (!strcmp(ask, "dispose")) { dispose(w); outcome(NULL); }
    else if (!strcmp(ask, "words")) {
        bool more = false;
        say(",\"words\":[");
        for (uint64_t at = 0; at < memory_end(w); at += 8)
            if (*word_at(w, at)) { say("%s[" HEX "," HEX "]", more ? "," : "", at, *word_at(w, at)); more = true; }
        say("]");
    } else if (!strcmp(ask, "readWord")) say(",\"word\":" HEX, word_at(w, paddr) ? *word_at(w, paddr) : 0);
    else if (!strcmp(ask, "writeWord")) { if (word_at(w, paddr)) *word_at(w, paddr) = number(line, "word"); outcome(NULL); }
    else if (!strcmp(ask, "frames")) say(",\"frames\":%" PRIu64, w->used);
    else if (!strcmp(ask, "failAfter")) { w->left = *field(line, "count") == 'n' ? -1 : (int64_t)number(line, "count"); outcome(NULL); }
    else say(",\"error\":\"%s is not supported\"", ask);
}

int main(void) {
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        char ask[64];
        snprintf(ask, sizeof ask, "%s", text(line, "ask"));
        World *w = world_of(line);
        out_size = stale_count = freed_count = 0;
        say("{\"id\":%" PRIu64, number(line, "id"));
        if (!strcmp(ask, "hello")) say("%s", HELLO);
        else if (!strcmp(ask, "reset")) { forget(); outcome(NULL); }
        else if (!strcmp(ask, "new")) new_table(line);
        else if (!strcmp(ask, "decode")) say_entry(number(line, "word"), (int)number(line, "level"));
        else if (!strcmp(ask, "encode")) encode(line);
        else if (!w) say(",\"error\":\"no such table\"");
        else answer_about(w, line, ask);
        say("}");
        puts(out);
        fflush(stdout);
    }
    forget();
    free(line);
    free(out);
    return 0;
}
