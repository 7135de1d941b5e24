#map = affine_map<(d0, d1, d2) -> (d0, d2)>
#map1 = affine_map<(d0, d1, d2)[s0] -> (d2 floordiv 2 + s0, (d1 mod 3) * 4 - 1, -d0 ceildiv 5)>
#encoding = #iree_encoding.encoding<operand_index = 0 : index, op_type = matmul, element_types = [f32, f32, f32], user_indexing_maps = [[#map, #map], #map1], iteration_sizes = [128, ?, 512]>
!t = tensor<2x?xf32>
#loc = loc("a.mlir":1:2)
"builtin.module"() <{sym_name = "m"}> ({
  "func.func"() <{arg_attrs = [{a.b = @c::@d}, {}], function_type = (!t, index) -> (!t, i1), sym_name = "f"}> ({
  ^bb0(%arg0: !t loc("x"(#loc1)), %arg1: index loc(unknown)):
    %0:2 = "x.two"(%arg0, %arg1) <{operandSegmentSizes = array<i32: 1, 1>, static_offsets = array<i64: -9223372036854775808, 0x10>}> {unit, "quoted name" = unit, text = "a\22b\0A\\", on = true, list = [1, 2 : i8, -3.5 : f16, 0x7F800000 : f32]} : (!t, index) -> (!t, i1) loc(fused<"x">[#loc, "b":3:4 to 5:6])
    %cst = "arith.constant"() <{value = dense<[[1.0, -2.5e-3], [0x7FC00000, 4.0]]> : tensor<2x2xf32>}> : () -> tensor<2x2xf32> loc(callsite("q" at unknown))
    %1 = "arith.constant"() <{value = dense<"0x0000803F00000040"> : tensor<2xf32>}> : () -> tensor<2xf32>
    %2 = "arith.constant"() <{value = dense<[true, false, 1]> : tensor<3xi1>}> : () -> tensor<3xi1>
    %3 = "arith.constant"() <{value = dense<-7> : tensor<8x8xi4>}> : () -> tensor<8x8xi4>
    %4 = "arith.constant"() <{value = dense_resource<big> : tensor<2xi32>}> : () -> tensor<2xi32>
    %5 = "iree_encoding.set_encoding"(%cst, %arg1) : (tensor<2x2xf32>, index) -> tensor<2x2xf32, #encoding>
    %6 = "x.region"(%0#1) ({
    ^bb0(%a: f32, %b: memref<4xf32, strided<[1], offset: ?>>):
      %7 = "x.in"(%a, %0#0) {fn = (f32, i8) -> (), type = !hal.device, map = #map, old = #stream<scope @a>} : (f32, !t) -> vector<4x[4]xf32>
      "x.yield"(%7) : (vector<4x[4]xf32>) -> ()
    }, {
    }) : (i1) -> tuple<i1, complex<f32>>
    "func.return"(%0#0, %0#1) : (!t, i1) -> () loc(#loc2)
  }) : () -> ()
}) : () -> ()
#loc1 = loc("b.mlir":3:4)
#loc2 = loc(fused[#loc, #loc1])

{-#
  dialect_resources: {
    builtin: {
      big: "0x040000000100000002000000"
    }
  }
#-}
