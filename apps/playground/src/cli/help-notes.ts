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
  echo '{"scenario":1,"backend":"mock"}' | addrspace run -

With --json: a line per operation, {"op":0,"result":"ok"}, and a line per
scenario, {"name":"split","areas":2,"mismatches":0}.

Exit codes: 0 all as expected, 1 a mismatch, 2 wrong arguments or input`

export const REPLAY_NOTES = `
Examples:
  addrspace replay packages/linux-trace/traces/node-gc
  addrspace replay strace.txt --start start.maps --end end.maps --json

To record a program of your own:
  strace -f -y -o strace.txt -e trace=%memory,shmget,clone,clone3,fork,vfork,\\
execve,execveat,exit,exit_group PROGRAM

With --json: {"trace":"…","backends":[{"name":"mock","operations":{"mmap":12},"areas":37,
"kernelAreas":37,"differences":[],"violations":[],"checkpoints":0,"match":true}]}.

Exit codes: 0 everything matches, 1 something differs, 2 wrong arguments or input`

export const CONFORM_NOTES = `
Examples:
  addrspace conform
  addrspace conform --backend mock --filter set/find-free
  addrspace conform --json
  addrspace conform --mutants

A backend passes a case, fails it, is known to fail it, or does not support what
it asks for.

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
