/*
 * Runs conformance vectors against page-table code in C11. This one file is the runner: copy it, fill in a
 * vr_subject, call vr_main. What the vectors mean is told in INTERPRETING.md beside them.
 *
 *     #include "vector_runner.h"
 *     static void translate(const vr_walk *walk, vr_answer *answer) { ... }
 *     static const char *const machines[] = {"riscv-sv39", NULL};
 *     int main(int argc, char **argv) {
 *         static const vr_subject subject = {.machines = machines, .translate = translate};
 *         return vr_main(argc, argv, &subject);
 *     }
 *
 *     gcc -std=c11 -o run my-subject.c && ./run vectors/walk/riscv-sv39.json
 *
 * It prints what failed, then `N passed, N failed`; with --json a line of JSON for each vector instead. Exit code 1:
 * something failed; 2: a file cannot be read. A function that is NULL is a part that the subject does not have: its
 * vectors are skipped. Details that the subject does not tell are counted, and not compared.
 */
#ifndef VECTOR_RUNNER_H
#define VECTOR_RUNNER_H

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- What a subject fills in ------------------------------------------------------------------------------- */

/* A number that is not told. */
#define VR_UNTOLD UINT64_MAX
/* The version of the format that this file reads. */
#define VR_FORMAT 1

typedef enum { VR_ABSENT, VR_TABLE, VR_LEAF, VR_INVALID } vr_kind;
typedef enum { VR_READ, VR_WRITE, VR_EXEC } vr_access;
typedef enum { VR_USER, VR_KERNEL } vr_mode;

/* What a word means. It comes with nothing told: `paddr` VR_UNTOLD, texts NULL, `accessed` and `dirty` -1. */
typedef struct {
    vr_kind kind;
    uint64_t paddr;
    const char *flags; /* letters of rwxudng, in any order */
    int accessed, dirty;
    const char *reason, *bit;
} vr_entry;

/* The state of the machine; each reads its own, the others are false. */
typedef struct {
    bool wp, nxe, smep, smap; /* x86-64 */
    bool sum, mxr, svadu;     /* RISC-V; not svadu is svade */
    bool pan;                 /* AArch64 */
} vr_controls;

/* The memory that tables lie in: [start, start + size). */
typedef struct {
    uint64_t start, size;
    const uint64_t *words; /* one for every 8 bytes, in the host's order */
} vr_memory;

typedef struct {
    const char *machine;
    const vr_memory *memory;
    const uint64_t *roots; /* one, or that of the lower half and that of the upper one */
    uint64_t vaddr;
    vr_access access;
    vr_mode mode;
    vr_controls controls;
} vr_walk;

#define VR_MOST_UPDATES 8
/* Tables of vectors are small. */
#define VR_MOST_RAM (UINT64_C(1) << 28)

/* What an access comes to. It comes as a fault of which nothing is told, and without updates told. */
typedef struct {
    bool mapped;
    uint64_t paddr;    /* if mapped */
    const char *fault; /* if not: NULL if not told */
    int level;         /* -1 if not told */
    const char *bit;   /* NULL if not told */
    int update_count;  /* -1 if not told */
    struct { uint64_t paddr, word; } updates[VR_MOST_UPDATES];
} vr_answer;

/* A page; `size` VR_UNTOLD and `flags` NULL if not told. */
typedef struct {
    uint64_t paddr, size;
    const char *flags;
} vr_mapping;

typedef struct {
    const char *const *machines; /* those that it can be; ends with NULL */
    void (*decode)(const char *machine, uint64_t word, int level, vr_entry *entry);
    void (*translate)(const vr_walk *walk, vr_answer *answer);
    /* An empty table; frames may be taken from [base, base + size). Operations answer "ok" or the code of a refusal. */
    void *(*open_table)(const char *machine, uint64_t base, uint64_t size);
    void (*close_table)(void *table);
    const char *(*map)(void *table, uint64_t start, uint64_t size, uint64_t paddr, const char *flags);
    const char *(*unmap)(void *table, uint64_t start, uint64_t size);
    const char *(*protect)(void *table, uint64_t start, uint64_t size, const char *flags);
    bool (*query)(void *table, uint64_t vaddr, vr_mapping *mapping); /* false where nothing is mapped */
} vr_subject;

/* Reads the word at a multiple of 8; false where no memory is. */
static inline bool vr_read_word(const vr_memory *memory, uint64_t paddr, uint64_t *word) {
    if (paddr % 8 != 0 || paddr < memory->start || paddr - memory->start >= memory->size) return false;
    *word = memory->words[(paddr - memory->start) / 8];
    return true;
}

/* ---- JSON: enough of it, and what is wrong ends the program -------------------------------------------------- */

typedef enum { VR_NULL, VR_BOOLEAN, VR_NUMBER, VR_TEXT, VR_LIST, VR_OBJECT } vr_json_type;

typedef struct vr_json {
    vr_json_type type;
    char *name;            /* in an object */
    char *text;            /* of a text or a number */
    bool truth;            /* of a boolean */
    struct vr_json *first; /* of a list or an object */
    struct vr_json *next;
} vr_json;

typedef struct {
    const char *file, *start, *at;
} vr_reader;

static void vr_die(const char *format, ...) {
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(2);
}

static void vr_bad(const vr_reader *reader, const char *what) {
    int line = 1;
    for (const char *c = reader->start; c < reader->at; c++) line += *c == '\n';
    vr_die("%s:%d: %s", reader->file, line, what);
}

static void *vr_alloc(size_t size) {
    void *memory = calloc(1, size > 0 ? size : 1);
    if (memory == NULL) vr_die("out of memory");
    return memory;
}

static void vr_free_json(vr_json *value) {
    while (value != NULL) {
        vr_json *next = value->next;
        vr_free_json(value->first);
        free(value->name);
        free(value->text);
        free(value);
        value = next;
    }
}

static void vr_skip_space(vr_reader *reader) {
    while (*reader->at != '\0' && strchr(" \t\r\n", *reader->at) != NULL) reader->at++;
}

static unsigned vr_hex4(vr_reader *reader) {
    unsigned code = 0;
    for (int i = 0; i < 4; i++, reader->at++) {
        if (!isxdigit((unsigned char)*reader->at)) vr_bad(reader, "bad \\u");
        code = code * 16 + (unsigned)(isdigit((unsigned char)*reader->at) ? *reader->at - '0' : tolower((unsigned char)*reader->at) - 'a' + 10);
    }
    return code;
}

/* Code points outside of ASCII stand in descriptions only; those that are escaped become question marks. */
static char *vr_read_text(vr_reader *reader) {
    const char *from = ++reader->at;
    size_t length = 0;
    char *text = vr_alloc(strcspn(from, "\n") + 1);
    while (*reader->at != '"') {
        char c = *reader->at;
        if (c == '\0' || c == '\n') vr_bad(reader, "a text does not end");
        reader->at++;
        if (c == '\\') {
            static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
            const char *escape = *reader->at == '\0' ? NULL : strchr(escapes, *reader->at);
            if (*reader->at == 'u') {
                reader->at++;
                unsigned code = vr_hex4(reader);
                c = code < 0x80 ? (char)code : '?';
            } else {
                if (escape == NULL) vr_bad(reader, "an unknown escape");
                c = meanings[escape - escapes];
                reader->at++;
            }
        }
        text[length++] = c;
    }
    reader->at++;
    return text;
}

static vr_json *vr_read_value(vr_reader *reader, int depth);

static void vr_read_members(vr_reader *reader, vr_json *parent, char end, int depth) {
    vr_json **last = &parent->first;
    reader->at++;
    vr_skip_space(reader);
    if (*reader->at == end) {
        reader->at++;
        return;
    }
    for (;;) {
        char *name = NULL;
        vr_skip_space(reader);
        if (end == '}') {
            if (*reader->at != '"') vr_bad(reader, "a name is missing");
            name = vr_read_text(reader);
            vr_skip_space(reader);
            if (*reader->at++ != ':') vr_bad(reader, "a colon is missing");
        }
        *last = vr_read_value(reader, depth + 1);
        (*last)->name = name;
        last = &(*last)->next;
        vr_skip_space(reader);
        char c = *reader->at;
        if (c == '\0') vr_bad(reader, "the file ends too early");
        reader->at++;
        if (c == end) return;
        if (c != ',') vr_bad(reader, "a comma is missing");
    }
}

static vr_json *vr_read_value(vr_reader *reader, int depth) {
    vr_json *value = vr_alloc(sizeof *value);
    if (depth > 64) vr_bad(reader, "nested too deep");
    vr_skip_space(reader);
    const char *at = reader->at;
    if (*at == '{' || *at == '[') {
        value->type = *at == '{' ? VR_OBJECT : VR_LIST;
        vr_read_members(reader, value, *at == '{' ? '}' : ']', depth);
    } else if (*at == '"') {
        value->type = VR_TEXT;
        value->text = vr_read_text(reader);
    } else if (strncmp(at, "true", 4) == 0 || strncmp(at, "false", 5) == 0) {
        value->type = VR_BOOLEAN;
        value->truth = *at == 't';
        reader->at += value->truth ? 4 : 5;
    } else if (strncmp(at, "null", 4) == 0) {
        reader->at += 4;
    } else {
        size_t length = strspn(at, "-+.eE0123456789");
        if (length == 0) vr_bad(reader, "no value");
        value->type = VR_NUMBER;
        value->text = vr_alloc(length + 1);
        memcpy(value->text, at, length);
        reader->at += length;
    }
    return value;
}

static vr_json *vr_get(const vr_json *object, const char *name) {
    if (object == NULL) return NULL;
    for (vr_json *member = object->first; member != NULL; member = member->next)
        if (member->name != NULL && strcmp(member->name, name) == 0) return member;
    return NULL;
}

static const char *vr_text(const vr_json *object, const char *name) {
    const vr_json *member = vr_get(object, name);
    return member != NULL && member->type == VR_TEXT ? member->text : NULL;
}

/* What a vector has to have: without it, the program ends. */
static vr_json *vr_must(const vr_json *object, const char *name, vr_json_type type) {
    static const char *const names[] = {"null", "a boolean", "a number", "a text", "a list", "an object"};
    vr_json *member = vr_get(object, name);
    if (member == NULL || member->type != type) vr_die("no vector: \"%s\" must be %s", name, names[type]);
    return member;
}

static const char *vr_must_text(const vr_json *object, const char *name) {
    return vr_must(object, name, VR_TEXT)->text;
}

/* A number: a 0x text or a small one; VR_UNTOLD if it is not there. */
static uint64_t vr_number_of(const vr_json *value) {
    return value == NULL || (value->type != VR_TEXT && value->type != VR_NUMBER) ? VR_UNTOLD : strtoull(value->text, NULL, 0);
}

static uint64_t vr_number(const vr_json *object, const char *name) {
    return vr_number_of(vr_get(object, name));
}

/* ---- Comparing ----------------------------------------------------------------------------------------------- */

typedef struct {
    const vr_subject *subject;
    bool as_json;
    int passed, failed, skipped, untold;
    /* Of the vector at hand. */
    const char *id, *machine;
    const char *skip;
    int differences;
    char detail[4096];
} vr_run;

static void vr_differs(vr_run *run, const char *format, ...) {
    size_t used = strlen(run->detail);
    if (run->differences++ >= 5 || used + 2 >= sizeof run->detail) return;
    if (used > 0) used += (size_t)snprintf(run->detail + used, sizeof run->detail - used, "\n  ");
    if (used >= sizeof run->detail) return;
    va_list list;
    va_start(list, format);
    vsnprintf(run->detail + used, sizeof run->detail - used, format, list);
    va_end(list);
}

static void vr_begin(vr_run *run, const char *id, const char *machine) {
    run->id = id;
    run->machine = machine;
    run->skip = NULL;
    run->differences = 0;
    run->detail[0] = '\0';
    run->skip = "another machine";
    for (const char *const *known = run->subject->machines; *known != NULL; known++)
        if (strcmp(*known, machine) == 0) run->skip = NULL;
}

static void vr_print_json_text(const char *text) {
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '\n') fputs("\\n", stdout);
        else if (*text == '"' || *text == '\\') printf("\\%c", *text);
        else putchar(*text);
    }
    putchar('"');
}

static void vr_end(vr_run *run) {
    const char *status = run->differences > 0 ? "fail" : run->skip != NULL ? "skip" : "pass";
    if (run->differences > 0) run->failed++;
    else if (run->skip != NULL) run->skipped++;
    else run->passed++;
    if (run->as_json) {
        printf("{\"id\":\"%s\",\"machine\":\"%s\",\"status\":\"%s\",\"detail\":", run->id, run->machine, status);
        vr_print_json_text(run->differences > 0 ? run->detail : run->skip != NULL ? run->skip : "");
        puts("}");
    } else if (run->differences > 0) {
        printf("FAIL %s on %s: %s\n", run->id, run->machine, run->detail);
        if (run->differences > 5) printf("  and %d more\n", run->differences - 5);
    }
}

static void vr_compare_number(vr_run *run, const char *where, const char *name, const vr_json *expected, uint64_t found) {
    if (expected == NULL) return;
    if (found == VR_UNTOLD) run->untold++;
    else if (vr_number_of(expected) != found) vr_differs(run, "%s: expected %s 0x%llx, found 0x%llx", where, name, (unsigned long long)vr_number_of(expected), (unsigned long long)found);
}

static void vr_compare_text(vr_run *run, const char *where, const char *name, const vr_json *expected, const char *found) {
    if (expected == NULL || expected->type != VR_TEXT) return;
    if (found == NULL) run->untold++;
    else if (strcmp(expected->text, found) != 0) vr_differs(run, "%s: expected %s %s, found %s", where, name, expected->text, found);
}

/* Letters in any order. */
static void vr_compare_flags(vr_run *run, const char *where, const vr_json *expected, const char *found) {
    if (expected == NULL || expected->type != VR_TEXT) return;
    if (found == NULL) {
        run->untold++;
        return;
    }
    for (const char *letter = "rwxudng"; *letter != '\0'; letter++)
        if ((strchr(expected->text, *letter) != NULL) != (strchr(found, *letter) != NULL)) {
            vr_differs(run, "%s: expected flags \"%s\", found \"%s\"", where, expected->text, found);
            return;
        }
}

static void vr_compare_truth(vr_run *run, const char *where, const char *name, const vr_json *expected, int found) {
    if (expected == NULL) return;
    if (found < 0) run->untold++;
    else if (expected->truth != (found != 0)) vr_differs(run, "%s: expected %s %s, found the opposite", where, name, expected->truth ? "true" : "false");
}

static void vr_run_pte(vr_run *run, const vr_json *vector) {
    static const char *const kinds[] = {"absent", "table", "leaf", "invalid"};
    if (run->subject->decode == NULL) {
        run->skip = "the subject reads no words";
        return;
    }
    const vr_json *is = vr_must(vector, "is", VR_OBJECT);
    const char *word = vr_must_text(vector, "word"), *kind = vr_must_text(is, "kind");
    int level = (int)vr_number_of(vr_must(vector, "level", VR_NUMBER));
    vr_entry entry = {.kind = VR_ABSENT, .paddr = VR_UNTOLD, .accessed = -1, .dirty = -1};
    run->subject->decode(run->machine, vr_number(vector, "word"), level, &entry);
    char where[64];
    snprintf(where, sizeof where, "%s at level %d", word, level);
    if (strcmp(kind, kinds[entry.kind]) != 0) {
        vr_differs(run, "%s: expected %s, found %s", where, kind, kinds[entry.kind]);
        return;
    }
    vr_compare_number(run, where, "paddr", vr_get(is, "paddr"), entry.paddr);
    vr_compare_flags(run, where, vr_get(is, "flags"), entry.flags);
    vr_compare_truth(run, where, "accessed", vr_get(is, "accessed"), entry.accessed);
    vr_compare_truth(run, where, "dirty", vr_get(is, "dirty"), entry.dirty);
    vr_compare_text(run, where, "reason", vr_get(is, "reason"), entry.reason);
    vr_compare_text(run, where, "bit", vr_get(is, "bit"), entry.bit);
}

static void vr_set_controls(vr_controls *controls, const vr_json *given) {
    for (const vr_json *one = given == NULL ? NULL : given->first; one != NULL; one = one->next) {
        struct { const char *name; bool *place; } known[] = {
            {"wp", &controls->wp}, {"nxe", &controls->nxe}, {"smep", &controls->smep}, {"smap", &controls->smap},
            {"sum", &controls->sum}, {"mxr", &controls->mxr}, {"pan", &controls->pan},
        };
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strcmp(one->name, known[i].name) == 0) *known[i].place = one->truth;
        if (strcmp(one->name, "ad") == 0 && one->type == VR_TEXT) controls->svadu = strcmp(one->text, "svadu") == 0;
    }
}

/* Whether one of the faults that are allowed is the one that was told. */
static bool vr_is_among(const vr_json *allowed, const char *fault) {
    if (allowed->type == VR_TEXT) return strcmp(allowed->text, "any") == 0 || (fault != NULL && strcmp(allowed->text, fault) == 0);
    for (const vr_json *one = allowed->first; one != NULL; one = one->next)
        if (vr_is_among(one, fault)) return true;
    return false;
}

static void vr_compare_answer(vr_run *run, const char *where, const vr_json *answer, const vr_answer *found) {
    const vr_json *fault = vr_get(answer, "fault");
    const char *name = fault == NULL ? "" : fault->type == VR_TEXT ? fault->text : "one of several";
    if (found->mapped) {
        if (fault != NULL) {
            vr_differs(run, "%s: expected the fault %s, found 0x%llx", where, name, (unsigned long long)found->paddr);
            return;
        }
        vr_compare_number(run, where, "paddr", vr_get(answer, "paddr"), found->paddr);
        const vr_json *updates = vr_get(answer, "updates");
        if (updates == NULL) return;
        if (found->update_count < 0) {
            run->untold++;
            return;
        }
        int expected = 0, same = 0;
        for (const vr_json *update = updates->first; update != NULL; update = update->next, expected++)
            for (int i = 0; i < found->update_count; i++)
                same += vr_number(update, "paddr") == found->updates[i].paddr && vr_number(update, "word") == found->updates[i].word;
        if (expected != found->update_count || expected != same) vr_differs(run, "%s: expected %d words written back, found %d, of which %d are the same", where, expected, found->update_count, same);
        return;
    }
    if (fault == NULL) {
        vr_differs(run, "%s: expected %s, found a fault: %s", where, vr_must_text(answer, "paddr"), found->fault == NULL ? "" : found->fault);
        return;
    }
    if (!vr_is_among(fault, found->fault)) {
        if (found->fault == NULL) run->untold++;
        else vr_differs(run, "%s: expected the fault %s, found %s", where, name, found->fault);
    }
    vr_compare_number(run, where, "level", vr_get(answer, "level"), found->level < 0 ? VR_UNTOLD : (uint64_t)found->level);
    vr_compare_text(run, where, "bit", vr_get(answer, "bit"), found->bit);
}

static void vr_run_walk(vr_run *run, const vr_json *vector, const vr_json *file) {
    if (run->subject->translate == NULL) {
        run->skip = "the subject does not walk";
        return;
    }
    const vr_json *ram = vr_must(vector, "ram", VR_OBJECT);
    vr_memory memory = {.start = vr_number_of(vr_must(ram, "start", VR_TEXT)), .size = vr_number_of(vr_must(ram, "size", VR_TEXT))};
    if (memory.size % 8 != 0 || memory.size > VR_MOST_RAM) vr_die("no vector: \"ram\" of %s must be whole words, and at most %llu bytes", run->id, (unsigned long long)VR_MOST_RAM);
    uint64_t *words = vr_alloc((size_t)memory.size);
    uint64_t *copy = vr_alloc((size_t)memory.size);
    for (const vr_json *part = vr_must(vector, "memory", VR_LIST)->first; part != NULL; part = part->next) {
        uint64_t index = (vr_number(part, "paddr") - memory.start) / 8;
        for (const vr_json *word = vr_must(part, "words", VR_LIST)->first; word != NULL && index < memory.size / 8; word = word->next) words[index++] = vr_number_of(word);
    }
    memory.words = copy;
    uint64_t roots[2] = {0, 0};
    size_t count = 0;
    for (const vr_json *root = vr_must(vector, "roots", VR_LIST)->first; root != NULL && count < 2; root = root->next) roots[count++] = vr_number_of(root);

    for (const vr_json *query = vr_must(vector, "queries", VR_LIST)->first; query != NULL; query = query->next) {
        const char *access = vr_must_text(query, "access"), *mode = vr_must_text(query, "mode"), *vaddr = vr_must_text(query, "vaddr");
        vr_walk walk = {.machine = run->machine, .memory = &memory, .roots = roots, .vaddr = vr_number(query, "vaddr")};
        walk.access = access[0] == 'r' ? VR_READ : access[0] == 'w' ? VR_WRITE : VR_EXEC;
        walk.mode = mode[0] == 'u' ? VR_USER : VR_KERNEL;
        vr_set_controls(&walk.controls, vr_get(file, "controls"));
        vr_set_controls(&walk.controls, vr_get(query, "controls"));
        vr_answer answer = {.mapped = false, .paddr = VR_UNTOLD, .level = -1, .update_count = -1};
        /* Every query sees the memory as the vector has it, whatever the one before has done to it. */
        memcpy(copy, words, (size_t)memory.size);
        run->subject->translate(&walk, &answer);
        char where[96];
        snprintf(where, sizeof where, "%s %s of %s", mode, access, vaddr);
        vr_compare_answer(run, where, vr_must(query, "answer", VR_OBJECT), &answer);
    }
    free(words);
    free(copy);
}

/* ---- Operations: lines of JSON --------------------------------------------------------------------------------- */

/* What an operation asks for that a page table alone does not have. */
static const char *vr_need_of(const vr_json *op) {
    const char *name = vr_must_text(op, "op");
    if (strcmp(name, "map") != 0 && strcmp(name, "unmap") != 0 && strcmp(name, "protect") != 0 && strcmp(name, "query") != 0) return "needs a set of areas";
    if (strcmp(name, "map") == 0 && vr_get(vr_get(op, "backing"), "linear") == NULL) return "needs frames for pages";
    return vr_get(op, "onOverlap") != NULL || vr_get(op, "mask") != NULL || vr_get(op, "holes") != NULL ? "needs a set of areas" : NULL;
}

static void vr_run_op(vr_run *run, void *table, const vr_json *op, int index) {
    const vr_subject *subject = run->subject;
    const char *name = vr_text(op, "op"), *answer;
    const vr_json *expected = vr_get(op, "expect");
    char where[64];
    snprintf(where, sizeof where, "op %d, %s", index, name);
    if (strcmp(name, "query") == 0) {
        vr_mapping found = {.paddr = VR_UNTOLD, .size = VR_UNTOLD};
        bool is_mapped = subject->query(table, vr_number_of(vr_must(op, "addr", VR_TEXT)), &found);
        if (expected == NULL) return;
        if (is_mapped != (expected->type == VR_OBJECT)) {
            vr_differs(run, "%s: expected %s, found %s", where, is_mapped ? "nothing" : "a page", is_mapped ? "a page" : "nothing");
            return;
        }
        vr_compare_number(run, where, "paddr", vr_get(expected, "paddr"), found.paddr);
        vr_compare_number(run, where, "size", vr_get(expected, "size"), found.size);
        vr_compare_flags(run, where, vr_get(expected, "flags"), found.flags);
        return;
    }
    uint64_t start = vr_number_of(vr_must(op, "start", VR_TEXT)), size = vr_number_of(vr_must(op, "size", VR_TEXT));
    if (strcmp(name, "map") == 0) answer = subject->map(table, start, size, vr_number(vr_get(op, "backing"), "linear"), vr_must_text(op, "flags"));
    else if (strcmp(name, "unmap") == 0) answer = subject->unmap(table, start, size);
    else answer = subject->protect(table, start, size, vr_must_text(op, "flags"));
    vr_compare_text(run, where, "the answer", expected, answer);
}

static void vr_run_scenario(vr_run *run, const vr_json *header, const vr_json *ops) {
    vr_json alone = {.type = VR_LIST, .first = NULL};
    vr_json backend = {.type = VR_TEXT, .text = (char *)vr_must_text(header, "backend")};
    const char *id = vr_must_text(header, "id");
    alone.first = &backend;
    const vr_json *machines = vr_get(header, "machines");
    if (vr_number(header, "scenario") != VR_FORMAT) vr_die("a scenario of another version: %s", id);
    for (const vr_json *machine = (machines == NULL ? &alone : machines)->first; machine != NULL; machine = machine->next) {
        if (machine->type != VR_TEXT) vr_die("no vector: machines must be texts");
        vr_begin(run, id, machine->text);
        if (run->skip == NULL && run->subject->open_table == NULL) run->skip = "the subject does not change tables";
        if (run->skip == NULL && (vr_get(header, "fail") != NULL || vr_get(header, "merge") != NULL)) run->skip = "needs a set of areas";
        for (const vr_json *op = ops; op != NULL && run->skip == NULL; op = op->next) run->skip = vr_need_of(op);
        if (run->skip == NULL) {
            const vr_json *memory = vr_get(header, "memory");
            uint64_t base = vr_number(memory, "base"), size = vr_number(memory, "size");
            void *table = run->subject->open_table(run->machine, base == VR_UNTOLD ? 0x80000000u : base, size == VR_UNTOLD ? 0x4000000u : size);
            int index = 0;
            for (const vr_json *op = ops; op != NULL; op = op->next) vr_run_op(run, table, op, index++);
            run->subject->close_table(table);
        }
        vr_end(run);
    }
}

/* Values of a file of lines, one after the other. */
static vr_json *vr_read_lines(vr_reader *reader) {
    vr_json *first = NULL, **last = &first;
    for (;;) {
        vr_skip_space(reader);
        if (*reader->at == '\0') return first;
        if (*reader->at == '#') {
            reader->at += strcspn(reader->at, "\n");
            continue;
        }
        *last = vr_read_value(reader, 0);
        last = &(*last)->next;
    }
}

static void vr_run_lines(vr_run *run, vr_reader *reader) {
    vr_json *lines = vr_read_lines(reader);
    if (lines != NULL && vr_get(lines, "scenario") == NULL) vr_die("%s: an operation comes before the first header", reader->file);
    for (vr_json *header = lines; header != NULL;) {
        vr_json *ops = header->next, *last = header;
        while (last->next != NULL && vr_get(last->next, "scenario") == NULL) last = last->next;
        vr_json *following = last->next;
        last->next = NULL;
        vr_run_scenario(run, header, ops);
        last->next = following;
        header = following;
    }
    vr_free_json(lines);
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

static char *vr_read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) vr_die("%s: %s", path, strerror(errno));
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    for (;;) {
        if (text == NULL) vr_die("out of memory");
        size_t got = fread(text + size, 1, room - size - 1, file);
        if (got == 0) break;
        size += got;
        if (size + 1 == room) text = realloc(text, room *= 2);
    }
    if (ferror(file)) vr_die("%s: %s", path, strerror(errno));
    fclose(file);
    text[size] = '\0';
    return text;
}

static void vr_run_file(vr_run *run, const char *path) {
    char *text = vr_read_file(path);
    vr_reader reader = {.file = path, .start = text, .at = text};
    size_t length = strlen(path);
    if (length > 6 && strcmp(path + length - 6, ".jsonl") == 0) {
        vr_run_lines(run, &reader);
        free(text);
        return;
    }
    vr_json *file = vr_read_value(&reader, 0);
    const char *kind = vr_text(file, "kind");
    if (kind == NULL || (strcmp(kind, "pte") != 0 && strcmp(kind, "walk") != 0)) vr_die("%s: no file of vectors", path);
    if (vr_number(file, "version") != VR_FORMAT) vr_die("%s: vectors of another version than %d", path, VR_FORMAT);
    for (const vr_json *vector = vr_must(file, "vectors", VR_LIST)->first; vector != NULL; vector = vector->next) {
        const vr_json *machines = vr_get(vector, "machines");
        for (const vr_json *machine = (machines == NULL ? vr_must(file, "machines", VR_LIST) : machines)->first; machine != NULL; machine = machine->next) {
            if (machine->type != VR_TEXT) vr_die("no vector: machines must be texts");
            vr_begin(run, vr_must_text(vector, "id"), machine->text);
            if (run->skip == NULL) {
                if (strcmp(kind, "pte") == 0) vr_run_pte(run, vector);
                else vr_run_walk(run, vector, file);
            }
            vr_end(run);
        }
    }
    vr_free_json(file);
    free(text);
}

/* Runs the files that the arguments name, and gives the exit code. */
static int vr_main(int argc, char **argv, const vr_subject *subject) {
    vr_run run = {.subject = subject};
    int first = 1;
    if (first < argc && strcmp(argv[first], "--json") == 0) {
        run.as_json = true;
        first++;
    }
    if (first >= argc) vr_die("usage: %s [--json] FILE...", argv[0]);
    for (int i = first; i < argc; i++) vr_run_file(&run, argv[i]);
    if (!run.as_json) {
        printf("%d passed, %d failed", run.passed, run.failed);
        if (run.skipped > 0) printf(", %d skipped", run.skipped);
        if (run.untold > 0) printf(", %d details not told", run.untold);
        printf("\n");
    }
    return run.failed > 0 ? 1 : 0;
}

#endif
