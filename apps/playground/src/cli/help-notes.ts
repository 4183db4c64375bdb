/**
 * What the help of each command says below its options: examples, what `--json` prints, exit codes.
 */

export const ROOT_NOTES = `
Every command takes --help, and --json (nothing but JSON on standard output).

Exit codes: 0 success, 1 a check failed, 2 wrong arguments or input`

export const RUN_NOTES = `
Examples:
  addrspace run split.jsonl
  addrspace run split.jsonl --backend null --json
  addrspace run split.jsonl --backend riscv-sv48 --image memory
  echo '{"scenario":1,"backend":"mock"}' | addrspace run -

A folder that holds an image already gets the new one: segments that only the
earlier image.json names are removed, any other file stays.

Flags: r read, w write, x execute, u user mode, d device, n uncached, g global.
On mock and null also numbers, 0 to 255: 1 is r, 2 is w, and so on in this order.

With --json: a line per operation, {"op":0,"result":"ok"}, and a line per
scenario, {"name":"split","areas":2,"mismatches":0}; on a machine also "root"
(and "root1") and the number of "frames" in use, tables included.

Exit codes: 0 all as expected, 1 a mismatch, 2 wrong arguments or input`

export const REPLAY_NOTES = `
Examples:
  addrspace replay packages/linux-trace/traces/node-gc
  addrspace replay strace.txt --start start.maps --end end.maps --json
  addrspace replay packages/linux-trace/traces/hammer --predict --merge

On machines, areas get their frames on demand, and pages are touched as the
program would have; at the end every leaf and every touched page is checked. A
trace that does not fit runs on the next larger mode of the machine.

--predict is about mmap(NULL, ...). Where several tasks share the memory, calls
that overlapped another task's are left out, since their order is not known. The
rule is that of Linux 6.13 and later. Neither --predict nor --merge changes the
exit code: what the kernel decided otherwise is no fault of the replay.

To record a program of your own:
  strace -f -y -o strace.txt -e trace=%memory,shmget,clone,clone3,fork,vfork,\\
execve,execveat,exit,exit_group PROGRAM

With --json: {"trace":"…","backends":[{"name":"mock","operations":{"mmap":12},"areas":37,
"kernelAreas":37,"differences":[],"violations":[],"checkpoints":0,"match":true}]}.
--predict adds "prediction":{"base":"0x7ffff7fff000","calls":18,"predicted":18,
"mispredicted":0,"unordered":0,"withoutRule":0,"mispredictions":[]}, with
{"line":3,"size":"0x1000","predicted":"0x…","chosen":"0x…"} for each wrong one;
--merge adds "merge":{"areas":37,"kernelAreas":37,"mergedOnlyHere":[],
"mergedOnlyByKernel":[],"checkpoints":[{"line":9,"areas":37,"kernelAreas":37}]}.

Exit codes: 0 everything matches, 1 something differs, 2 wrong arguments or input`

export const WALK_NOTES = `
Examples:
  addrspace walk memory 0x402008
  addrspace walk memory 0x402008 --access write --mode kernel
  addrspace walk memory 0x402008 --mode kernel --controls '{"smap":true}' --json

Levels are the steps that a walk has still to go: 0 is where the smallest pages
are. Of every entry, flags and fields are told, and whatever else is set. Frames that the image does not hold between its first and its last are
zero; a table outside of these is a fault ("memory").

With --json: {"steps":[{"level":3,"index":0,"entry":"0x80000000",
"word":"0x80005027","bits":["address=0x80005","A","U/S","R/W","P"]}],
"result":{"paddr":"0x80003008"}}, or of a refused access
"result":{"fault":"permission","level":0,"bit":"R/W"}.

Exit codes: 0 the walk was made, 2 wrong arguments or image`

export const EXPLAIN_NOTES = `
Examples:
  addrspace explain 0x8000000080003067 --backend x86-64 --level 0
  addrspace explain 0x20000c01 --backend riscv-sv39 --level 2 --json

A leaf grants flags: r read, w write, x execute, u user mode, d device, n uncached,
g global. In an illegal word, > marks what makes it so, and says what it must be.
A word that is not present is told by the names that its bits would have.

With --json: {"backend":"x86-64","level":0,"word":"0x…","kind":"leaf",
"title":"…","source":"…","bits":[{"high":4,"low":3,"role":"field",
"name":"PCD:PWT","value":"0x0","meaning":"memory type, with PAT",
"says":"WB, write-back"}]}; says where values have names; kind is one of absent,
table, leaf, hidden (a leaf without access, which the machine does not see), invalid.

Exit codes: 0 success, 2 wrong arguments`

export const CONFORM_NOTES = `
Examples:
  addrspace conform
  addrspace conform --backend mock --filter set/find-free
  addrspace conform --json
  addrspace conform --exec ./my-backend
  addrspace conform --exec 'python3 mine.py' --backend riscv-sv39 --filter walk/
  addrspace conform --backend all --exec ./my-backend --report out
  addrspace conform --mutants

A backend passes a case, fails it, is known to fail it, or does not support what
it asks for. A machine is held against each case three times, with areas backed
at once, on demand and by a fixed distance; it fails if one of these does.

A program that is named with --exec reads requests from its standard input and
answers on its standard output, a JSON object per line, for a page table of its
own; docs/exec-protocol.md shows every message. It is a file, or else a line for
the shell. What it says of itself decides which cases it is asked, and which
failures are known. Where it ends, is late or talks nonsense, the case fails and
tells so; it is started anew for the next one, and never outlives the command.

--report writes two files: index.html, a page that needs nothing from elsewhere
(cases, what each guards against, results side by side, which seeded faults each
notices), and junit.xml. An earlier report is replaced.

With --mutants, each fault is told with the case that is meant to notice it; below
stands how many were noticed, by what is broken and by group of cases.

With --json: {"cases":[{"id":"set/wrap","backend":"mock","status":"pass","detail":""}]};
status is one of pass, fail, known, unsupported.
With --mutants --json: {"mutants":[{"mutant":"set/never-merges","fault":"…",
"case":"set/merge-on","noticed":true}]}.

Exit codes: 0 no case failed (no mutant survived), 1 one did, 2 wrong arguments or input`

export const MAPS_NOTES = `
Examples:
  addrspace maps self
  addrspace maps 1 --json
  addrspace maps end.maps

With --json: {"areas":[{"start":"0x1000","end":"0x3000","flags":"rw","name":"[heap]"}]};
flags are those letters of r, w and x that the area permits.

Exit codes: 0 success, 2 wrong arguments or input`

export const VECTORS_NOTES = `
Examples:
  addrspace vectors list --filter walk/riscv
  addrspace vectors show walk/riscv-sv39/misaligned-megapage
  addrspace vectors run --backend x86-64
  addrspace vectors run my-vectors.json --json
  addrspace vectors lint my-vectors/

What the files mean, and runners for C, Rust and TypeScript, are told of in
packages/conformance/INTERPRETING.md.

With --json: list {"vectors":[{"id","file","machines","catches","agreed"}]}, show
the vector as its file has it, run {"vectors":[{"id","backend","status":"pass|fail|skip",
"detail"}]}, lint {"files":[…],"problems":[…]}.

Exit codes: 0 all passed, 1 a vector failed or a rule is broken, 2 wrong arguments
or input`
