func.func @nothing() {
  return
}
// -----
func.func private @declared(tensor<4xf32> {my.x = 1 : i32}, i32) -> (tensor<4xf32> {my.y}, i32) attributes {my.z = "s"}
func.func private @no_result(f32)
func.func private @empty_result() -> ()
func.func private @one(f32) -> f32
func.func public @caller(%x: tensor<4xf32> {iree.abi.affinity = #hal.device.promise<@d>}, %i: i32) -> (tensor<4xf32> {my.out = 1}) attributes {my.attr, no_inline} {
  %f = arith.constant 1.0 : f32
  %a = call @one(%f) : (f32) -> f32
  func.call @no_result(%a) : (f32) -> ()
  call @empty_result() {my.hint} : () -> ()
  %r:2 = call @declared(%x, %i) : (tensor<4xf32>, i32) -> (tensor<4xf32>, i32)
  return %r#0 : tensor<4xf32>
}
// -----
module @named attributes {my.module = 1 : i64} {
  func.func nested @two(%a: f32, %b: tensor<?x4xf32>) -> (f32, tensor<?x4xf32>) {
    return {my.hint} %a, %b : f32, tensor<?x4xf32>
  }
  func.func @"strange name!"() -> (f32) {
    %c = arith.constant 2.5 : f32
    func.return %c : f32
  }
}
// -----
func.func @locations(%a: f32 loc("a.py":1:2), %b: f32 loc(unknown)) -> f32 {
  %0 = arith.addf %a, %b : f32 loc("a.py":3:4)
  return %0 : f32 loc(fused["x", "y"])
} loc("a.py":1:0)
// -----
func.func @generic_inside_pretty(%a: f32) -> f32 {
  %0 = "arith.addf"(%a, %a) <{fastmath = #arith.fastmath<fast>}> {my.hint} : (f32, f32) -> f32
  "func.return"(%0) : (f32) -> ()
}
// -----
"func.func"() <{sym_name = "pretty_inside_generic", function_type = (f32) -> f32}> ({
^bb0(%a: f32):
  %0 = arith.mulf %a, %a : f32
  func.return %0 : f32
}) : () -> ()
// -----
func.func @assertion(%c: i1) {
  cf.assert %c, "sizes differ: \22x\22" {my.hint}
  return
}
// -----
func.func @sizes(%i: index, %j: index) -> index {
  %0 = affine.apply affine_map<(d0)[s0] -> (d0 + s0 ceildiv 4)>(%i)[%j]
  %1 = affine.apply affine_map<()[s0] -> (s0 * 2)>()[%0] {my.hint}
  %2 = affine.min affine_map<(d0) -> (d0, 8)>(%1)
  %3 = affine.max affine_map<(d0)[s0] -> (d0, s0 mod 3, 8)>(%2)[%j]
  return %3 : index
}
