func.func @packing(%v: tensor<8x16xf32>, %d: tensor<8x4x2x2xf32>, %e: tensor<?x?x2x?xf32>, %s: f32, %i: index) -> tensor<8x16xf32> {
  %0 = tensor.pack %v padding_value(%s : f32) outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %d : tensor<8x16xf32> -> tensor<8x4x2x2xf32>
  %1 = tensor.pack %v padding_value(%s : f32) inner_dims_pos = [0, 1] inner_tiles = [2, %i] into %e : tensor<8x16xf32> -> tensor<?x?x2x?xf32>
  %2 = tensor.unpack %0 outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %v : tensor<8x4x2x2xf32> -> tensor<8x16xf32>
  %3 = tensor.unpack %1 inner_dims_pos = [0, 1] inner_tiles = [2, %i] into %2 {my.hint} : tensor<?x?x2x?xf32> -> tensor<8x16xf32>
  return %3 : tensor<8x16xf32>
}
// -----
func.func @elementwise(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>, %c: tensor<4x4xi1>, %o: tensor<4x4xf32>) {
  %0 = linalg.add ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.sub ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %2 = linalg.mul ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %3 = linalg.div ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %4 = linalg.max ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %5 = linalg.min ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %6 = linalg.powf ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %7 = linalg.exp ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %8 = linalg.log ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %9 = linalg.abs ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %10 = linalg.ceil ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %11 = linalg.floor ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %12 = linalg.negf ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %13 = linalg.reciprocal ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %14 = linalg.round ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %15 = linalg.sqrt ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %16 = linalg.rsqrt ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %17 = linalg.square ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %18 = linalg.tanh ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %19 = linalg.erf ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %20 = linalg.select ins(%c, %a, %b : tensor<4x4xi1>, tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %21 = linalg.copy ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %22 = linalg.elemwise_unary {fun = #linalg.unary_fn<exp>} ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  %23 = linalg.elemwise_binary {fun = #linalg.binary_fn<mul>} ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}
// -----
func.func @products(%a: tensor<4x6xf32>, %at: tensor<6x4xf32>, %b: tensor<6x5xf32>, %bt: tensor<5x6xf32>, %o: tensor<4x5xf32>, %p: tensor<2x4x6xf32>, %q: tensor<2x5x6xf32>, %r: tensor<2x4x5xf32>, %i: tensor<4x6xi8>, %j: tensor<6x5xi8>, %k: tensor<4x5xi32>, %s: tensor<2x6x4xf32>, %t: tensor<2x6x5xf32>, %z: i32) {
  %0 = linalg.matmul ins(%a, %b : tensor<4x6xf32>, tensor<6x5xf32>) outs(%o : tensor<4x5xf32>) -> tensor<4x5xf32>
  %1 = linalg.matmul_transpose_a ins(%at, %b : tensor<6x4xf32>, tensor<6x5xf32>) outs(%o : tensor<4x5xf32>) -> tensor<4x5xf32>
  %2 = linalg.matmul_transpose_b ins(%a, %bt : tensor<4x6xf32>, tensor<5x6xf32>) outs(%o : tensor<4x5xf32>) -> tensor<4x5xf32>
  %3 = linalg.batch_matmul_transpose_b ins(%p, %q : tensor<2x4x6xf32>, tensor<2x5x6xf32>) outs(%r : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  %5 = linalg.batch_matmul_transpose_a ins(%s, %t : tensor<2x6x4xf32>, tensor<2x6x5xf32>) outs(%r : tensor<2x4x5xf32>) -> tensor<2x4x5xf32>
  %6 = linalg.batch_reduce_matmul ins(%p, %t : tensor<2x4x6xf32>, tensor<2x6x5xf32>) outs(%o : tensor<4x5xf32>) -> tensor<4x5xf32>
  %7 = linalg.quantized_matmul ins(%i, %j, %z, %z : tensor<4x6xi8>, tensor<6x5xi8>, i32, i32) outs(%k : tensor<4x5xi32>) -> tensor<4x5xi32>
  %4 = linalg.matmul {cast = #linalg.type_fn<cast_unsigned>} ins(%i, %j : tensor<4x6xi8>, tensor<6x5xi8>) outs(%k : tensor<4x5xi32>) -> tensor<4x5xi32>
  return
}
// -----
func.func @short_forms(%a: tensor<4x4xf32>, %o: tensor<4x4xf32>, %v: tensor<4xf32>) {
  %0 = linalg.map ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>)
    (%x: f32, %y: f32) {
      %q = arith.mulf %x, %y : f32
      linalg.yield %q : f32
    }
  %1 = linalg.map { arith.addf } ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>)
  %2 = linalg.reduce { arith.addf } ins(%a : tensor<4x4xf32>) outs(%v : tensor<4xf32>) dimensions = [1]
  return
}
// -----
func.func @shapes(%t: tensor<?x4xf32>, %i: index, %s: f32, %n: i32) -> tensor<?x2x4xf32> {
  %0 = tensor.expand_shape %t [[0, 1], [2]] output_shape [%i, 2, 4] : tensor<?x4xf32> into tensor<?x2x4xf32>
  %1 = tensor.collapse_shape %0 [[0, 1], [2]] : tensor<?x2x4xf32> into tensor<?x4xf32>
  %2 = arith.trunci %n : i32 to i8
  %3 = arith.truncf %s : f32 to f16
  return %0 : tensor<?x2x4xf32>
}
