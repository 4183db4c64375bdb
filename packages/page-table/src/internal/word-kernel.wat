;; The loops over the words of one table, 16 bytes at a time. Addresses count bytes, `count` words of 64 bits.
(module
  (import "m" "m" (memory 0))

  ;; Stores `count` words from `at` on: `first`, and each next one `step` more.
  (func (export "fill") (param $at i32) (param $count i32) (param $firstLow i32) (param $firstHigh i32) (param $stepLow i32) (param $stepHigh i32)
    (local $first i64) (local $step i64) (local $end i32) (local $two v128) (local $by2 v128)
    (local.set $first (i64.or (i64.extend_i32_u (local.get $firstLow)) (i64.shl (i64.extend_i32_u (local.get $firstHigh)) (i64.const 32))))
    (local.set $step (i64.or (i64.extend_i32_u (local.get $stepLow)) (i64.shl (i64.extend_i32_u (local.get $stepHigh)) (i64.const 32))))
    (local.set $two (i64x2.replace_lane 1 (i64x2.splat (local.get $first)) (i64.add (local.get $first) (local.get $step))))
    (local.set $by2 (i64x2.splat (i64.shl (local.get $step) (i64.const 1))))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -8)) (i32.const 3))))
    (block $done
      (br_if $done (i32.eq (local.get $at) (local.get $end)))
      (loop $eight
        (v128.store (local.get $at) (local.get $two))
        (v128.store offset=16 (local.get $at) (local.tee $two (i64x2.add (local.get $two) (local.get $by2))))
        (v128.store offset=32 (local.get $at) (local.tee $two (i64x2.add (local.get $two) (local.get $by2))))
        (v128.store offset=48 (local.get $at) (local.tee $two (i64x2.add (local.get $two) (local.get $by2))))
        (local.set $two (i64x2.add (local.get $two) (local.get $by2)))
        (br_if $eight (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $end)))))
    (local.set $first (i64x2.extract_lane 0 (local.get $two)))
    (local.set $end (i32.add (local.get $end) (i32.shl (i32.and (local.get $count) (i32.const 7)) (i32.const 3))))
    (block $whole
      (br_if $whole (i32.eq (local.get $at) (local.get $end)))
      (loop $one
        (i64.store (local.get $at) (local.get $first))
        (local.set $first (i64.add (local.get $first) (local.get $step)))
        (br_if $one (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 8))) (local.get $end))))))

  ;; How many of `count` words from `at` on, a multiple of 8, agree with `first` in the masked bits, in whole eights:
  ;; the caller looks at the rest.
  (func (export "alike") (param $at i32) (param $count i32) (param $firstLow i32) (param $firstHigh i32) (param $maskLow i32) (param $maskHigh i32) (result i32)
    (local $first v128) (local $mask v128) (local $from i32) (local $end i32)
    (local.set $first (i64x2.splat (i64.or (i64.extend_i32_u (local.get $firstLow)) (i64.shl (i64.extend_i32_u (local.get $firstHigh)) (i64.const 32)))))
    (local.set $mask (i64x2.splat (i64.or (i64.extend_i32_u (local.get $maskLow)) (i64.shl (i64.extend_i32_u (local.get $maskHigh)) (i64.const 32)))))
    (local.set $from (local.get $at))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -8)) (i32.const 3))))
    (block $done
      (br_if $done (i32.eq (local.get $at) (local.get $end)))
      (loop $eight
        (br_if $done (v128.any_true (v128.and (local.get $mask)
          (v128.or
            (v128.or
              (v128.xor (v128.load (local.get $at)) (local.get $first))
              (v128.xor (v128.load offset=16 (local.get $at)) (local.get $first)))
            (v128.or
              (v128.xor (v128.load offset=32 (local.get $at)) (local.get $first))
              (v128.xor (v128.load offset=48 (local.get $at)) (local.get $first)))))))
        (br_if $eight (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 64))) (local.get $end)))))
    (i32.shr_u (i32.sub (local.get $at) (local.get $from)) (i32.const 3)))

  ;; Replaces the bits of `count` words from `at` on, a multiple of 8, that are outside of `keep` by those of `set`.
  (func (export "rewrite") (param $at i32) (param $count i32) (param $keepLow i32) (param $keepHigh i32) (param $setLow i32) (param $setHigh i32)
    (local $keep v128) (local $set v128) (local $end i32)
    (local.set $keep (i64x2.splat (i64.or (i64.extend_i32_u (local.get $keepLow)) (i64.shl (i64.extend_i32_u (local.get $keepHigh)) (i64.const 32)))))
    (local.set $set (i64x2.splat (i64.or (i64.extend_i32_u (local.get $setLow)) (i64.shl (i64.extend_i32_u (local.get $setHigh)) (i64.const 32)))))
    (local.set $end (i32.add (local.get $at) (i32.shl (i32.and (local.get $count) (i32.const -2)) (i32.const 3))))
    (block $done
      (br_if $done (i32.eq (local.get $at) (local.get $end)))
      (loop $two
        (v128.store (local.get $at) (v128.or (v128.and (v128.load (local.get $at)) (local.get $keep)) (local.get $set)))
        (br_if $two (i32.ne (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))
    (if (i32.and (local.get $count) (i32.const 1))
      (then (i64.store (local.get $at) (i64.or (i64.and (i64.load (local.get $at)) (i64x2.extract_lane 0 (local.get $keep))) (i64x2.extract_lane 0 (local.get $set))))))))
