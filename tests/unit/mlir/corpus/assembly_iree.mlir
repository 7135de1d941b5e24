util.func public @nothing() {
  util.return
}
util.func public @two(%a: tensor<?x?xf32>, %b: tensor<4xf32> {my.x = 1 : i64}) -> (tensor<?x?xf32> {my.y}, tensor<4xf32>) attributes {inlining_policy = #util.inline.never, my.z = 1 : i64} {
  util.return %a, %b : tensor<?x?xf32>, tensor<4xf32>
}
util.func private @tied(%a: tensor<?x?xf32>, %b: i32) -> (%a, i32)
util.func private @tied_as(%a: tensor<?x?xf32>, %b: i32) -> (%a as tensor<4xf32>, i32)
util.func private @one_tied(%a: tensor<?x?xf32>, %b: i32) -> %a as tensor<4xf32>
util.func private @types_only(tensor<4xf32>, i32) -> tensor<4xf32>
// -----
util.func private @globals(%a: tensor<?x?xf32>, %b: tensor<4xf32>) -> tensor<?x?xf32> {
  %x = util.global.load @variable : tensor<4xf32>
  %0:2 = util.call @in_place(%a, %x) {my.hint} : (tensor<?x?xf32>, tensor<4xf32>) -> (tensor<?x?xf32>, %x)
  %y = util.global.load immutable @constant : tensor<4xf32>
  util.global.store %y, @variable : tensor<4xf32>
  %z:2 = util.optimization_barrier %a, %b : tensor<?x?xf32>, tensor<4xf32>
  util.call @nothing() : () -> ()
  util.return %0#0 : tensor<?x?xf32>
}
util.func private @nothing()
util.func private @in_place(%a: tensor<?x?xf32>, %b: tensor<4xf32>) -> (tensor<?x?xf32>, %b)
util.global private mutable @variable = dense<0.0> : tensor<4xf32>
util.global private @constant = dense<0.0> : tensor<4xf32>
util.global private @weight = #flow.parameter.named<"model"::"layer.0.weight"> : tensor<4xf32>
util.global private mutable @uninitialised {my.hint = 1 : i64} : tensor<4xf32>
util.global public @scalar = 3 : i32
util.global private @blob {noinline} = dense_resource<blob> : tensor<4xi8>
util.initializer {
  util.return
}
util.initializer attributes {my.hint} {
  %x = util.global.load @constant : tensor<4xf32>
  util.global.store %x, @uninitialised : tensor<4xf32>
  util.return
}
// -----
util.func public @small_things(%n: index, %t: tensor<?xf32>) -> index {
  %0 = util.align %n, %n : index
  %1 = util.assume.int %0<umin = 0, umax = 10> : index
  %2:2 = util.assume.int %1[<umin = 0, umax = 10>, <udiv = 4>], %n<umin = 3> : index, index
  %3 = util.null : !hal.fence
  util.return %2#0 : index
}
// -----
ml_program.global private mutable @global_seed(dense<0> : tensor<i64>) : tensor<i64>
ml_program.global private @constant(dense<0> : tensor<i64>) : tensor<i64> {my.hint}
func.func @seed() -> tensor<i64> {
  %0 = ml_program.global_load @global_seed : tensor<i64>
  ml_program.global_store @global_seed = %0 : tensor<i64>
  %1 = ml_program.global_load_const @constant : tensor<i64>
  return %1 : tensor<i64>
}
// -----
util.func public @outside(%view: !hal.buffer_view, %wait: !hal.fence, %signal: !hal.fence, %device: !hal.device, %i: index, %ms: i32) -> !hal.buffer_view attributes {iree.abi.stub} {
  %0 = hal.buffer_view.dim<%view : !hal.buffer_view>[0] : index
  %1 = hal.tensor.import %view "input0" : !hal.buffer_view -> tensor<?x4xf32>{%0}
  %2 = hal.tensor.import wait(%wait) => %view "input1" : !hal.buffer_view -> tensor<4x4xi32> as tensor<4x4xf32>
  %3 = hal.tensor.import on(#hal.device.promise<@d>) %view : !hal.buffer_view -> tensor<4x4xf32>
  %4 = hal.tensor.import consume %view : !hal.buffer_view -> tensor<4x4xf32>
  %5:2 = hal.tensor.barrier join(%2, %3 : tensor<4x4xf32>, tensor<4x4xf32>) => %signal : !hal.fence
  %6 = hal.tensor.export %1 "output0" : tensor<?x4xf32>{%0} -> !hal.buffer_view
  %7 = hal.tensor.export on(#hal.device.promise<@d>) %5#0 : tensor<4x4xf32> as tensor<4x4xf32> -> !hal.buffer_view
  %8 = hal.devices.get %i : !hal.device
  %9 = hal.fence.create device(%8 : !hal.device) flags("None") : !hal.fence
  %10 = hal.fence.await until([%9, %wait]) timeout_millis(%ms) flags("None") : i32
  util.return %6 : !hal.buffer_view
}
// -----
util.func public @flow(%t: tensor<?x?xf32>, %v: tensor<4xf32>, %i: index, %s: f32) {
  %0 = flow.tensor.transfer %t : tensor<?x?xf32>{%i, %i} to #hal.device.promise<@b>
  %1 = flow.tensor.transfer %v : tensor<4xf32> to #hal.device.affinity<@d>
  %2 = flow.tensor.tie_shape %t : tensor<?x?xf32>{%i, %i}
  %3 = flow.tensor.reshape %t : tensor<?x?xf32>{%i, %i} -> tensor<?xf32>{%i}
  %4 = flow.tensor.reshape %v : tensor<4xf32> -> tensor<2x2xf32>
  %5 = flow.tensor.bitcast %v : tensor<4xf32> -> tensor<4xi32>
  %6 = flow.tensor.splat %s : tensor<?xf32>{%i}
  %7 = flow.tensor.empty : tensor<?xf32>{%i}
  %8 = flow.tensor.load %v[%i] : tensor<4xf32>
  %9 = flow.tensor.constant dense<2.0> : tensor<4xf32>
  %15 = flow.tensor.constant #flow.parameter.named<"model"::"w"> : tensor<4xf32>
  %10 = flow.tensor.clone %t : tensor<?x?xf32>{%i, %i}
  %11 = flow.tensor.barrier %t : tensor<?x?xf32>{%i, %i} on #hal.device.promise<@d>
  %12 = iree_tensor_ext.compute_barrier.start %t : tensor<?x?xf32>{%i, %i} -> tensor<?x?xf32>
  %13 = iree_tensor_ext.compute_barrier.end %t : tensor<?x?xf32>{%i, %i} -> tensor<?x?xf32>
  %14 = iree_tensor_ext.bitcast %t : tensor<?x?xf32>{%i, %i} -> tensor<?x?xi32>{%i, %i}
  util.return
}
// -----
#maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>]
#static = #iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = #maps, iteration_sizes = [4, 4, 4]>
#dynamic = #iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = #maps, iteration_sizes = [?, ?, 4]>
func.func @encodings(%a: tensor<?x4xf32>, %b: tensor<4x4xf32>, %i: index) -> tensor<?x4xf32> {
  %0 = iree_encoding.set_encoding %b : tensor<4x4xf32> -> tensor<4x4xf32, #static>
  %1 = iree_encoding.unset_encoding %0 : tensor<4x4xf32, #static> -> tensor<4x4xf32>
  %2 = iree_encoding.set_encoding %a encoding_dims{%i, %i} : tensor<?x4xf32> -> tensor<?x4xf32, #dynamic>
  %3 = iree_encoding.unset_encoding %2 encoding_dims{%i, %i} : tensor<?x4xf32, #dynamic> -> tensor<?x4xf32>{%i}
  return %3 : tensor<?x4xf32>
}
// -----
#target = #hal.device.target<"local"> : !hal.device
util.global private @device = #target
util.func private @empty() {
  util.return
}
