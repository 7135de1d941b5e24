#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @generic(%a: tensor<?x4xf32>, %b: tensor<?xf32>, %o: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = linalg.generic {doc = "scales rows", indexing_maps = [#id, #row, #id], iterator_types = ["parallel", "parallel"], library_call = "scale"} ins(%a, %b : tensor<?x4xf32>, tensor<?xf32>) outs(%o : tensor<?x4xf32>) attrs = {my.hint = 3 : i64} {
  ^bb0(%x: f32, %y: f32, %z: f32):
    %i = linalg.index 0 : index
    %n = arith.index_cast %i : index to i32
    %f = arith.sitofp %n : i32 to f32
    %p = arith.mulf %x, %y : f32
    %q = arith.addf %p, %f : f32
    linalg.yield %q : f32
  } -> tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}
// -----
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @two_results(%a: tensor<4x4xf32>, %o: tensor<4xf32>, %n: tensor<4xi64>) -> (tensor<4xf32>, tensor<4xi64>) {
  %0:2 = linalg.generic {indexing_maps = [#id, #row, #row], iterator_types = ["parallel", "reduction"]} ins(%a : tensor<4x4xf32>) outs(%o, %n : tensor<4xf32>, tensor<4xi64>) {
  ^bb0(%x: f32, %m: f32, %k: i64):
    %j = linalg.index 1 : index
    %i = arith.index_cast %j : index to i64
    %c = arith.cmpf ogt, %x, %m : f32
    %v = arith.select %c, %x, %m : f32
    %w = arith.select %c, %i, %k : i64
    linalg.yield %v, %w : f32, i64
  } -> (tensor<4xf32>, tensor<4xi64>)
  return %0#0, %0#1 : tensor<4xf32>, tensor<4xi64>
}
// -----
func.func @no_inputs(%o: tensor<4x4xf32>) -> tensor<4x4xf32> {
  %c = arith.constant 1.0 : f32
  %0 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} outs(%o : tensor<4x4xf32>) {
  ^bb0(%x: f32):
    linalg.yield %c : f32
  } -> tensor<4x4xf32>
  return %0 : tensor<4x4xf32>
}
// -----
func.func @maps(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>, %o: tensor<4x4xf32>, %c: tensor<4x4xi1>) {
  %0 = linalg.map { math.exp } ins(%a : tensor<4x4xf32>) outs(%o : tensor<4x4xf32>)
  %1 = linalg.map { arith.addf {fastmath = #arith.fastmath<fast>} } ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>) {my.hint}
  %2 = linalg.map ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>)
    (%x: f32, %y: f32, %z: f32) {
      %q = arith.mulf %x, %y : f32
      linalg.yield %q : f32
    }
  %3 = linalg.map { arith.select } ins(%c, %a, %b : tensor<4x4xi1>, tensor<4x4xf32>, tensor<4x4xf32>) outs(%o : tensor<4x4xf32>)
  %4 = linalg.map { arith.cmpf {predicate = 1 : i64} } ins(%a, %b : tensor<4x4xf32>, tensor<4x4xf32>) outs(%c : tensor<4x4xi1>)
  %5 = linalg.map outs(%o : tensor<4x4xf32>) (%z: f32) {
    linalg.yield %z : f32
  }
  return
}
// -----
func.func @reductions(%a: tensor<4x4xf32>, %o: tensor<4xf32>, %s: tensor<f32>) {
  %0 = linalg.reduce ins(%a : tensor<4x4xf32>) outs(%o : tensor<4xf32>) dimensions = [1]
    (%in: f32, %init: f32) {
      %q = arith.subf %in, %init : f32
      linalg.yield %q : f32
    }
  %1 = linalg.reduce { arith.addf {my.hint = 1 : i64} } ins(%a : tensor<4x4xf32>) outs(%o : tensor<4xf32>) dimensions = [0]
  %2 = linalg.reduce { arith.maximumf } ins(%a : tensor<4x4xf32>) outs(%s : tensor<f32>) dimensions = [0, 1] {my.hint}
  %3:2 = linalg.reduce ins(%a, %a : tensor<4x4xf32>, tensor<4x4xf32>) outs(%o, %o : tensor<4xf32>, tensor<4xf32>) dimensions = [1] {my.hint}
    (%x: f32, %y: f32, %p: f32, %q: f32) {
      %v = arith.addf %x, %p : f32
      %w = arith.mulf %y, %q : f32
      linalg.yield %v, %w : f32, f32
    }
  return
}
// -----
func.func @moving(%a: tensor<4x3xf32>, %o: tensor<3x4xf32>, %v: tensor<4xf32>) {
  %0 = linalg.transpose ins(%a : tensor<4x3xf32>) outs(%o : tensor<3x4xf32>) permutation = [1, 0]
  %1 = linalg.broadcast ins(%v : tensor<4xf32>) outs(%o : tensor<3x4xf32>) dimensions = [0] {my.hint}
  return
}
// -----
func.func @packing(%v: tensor<8x16xf32>, %d: tensor<8x4x2x2xf32>, %e: tensor<?x?x?x2xf32>, %f: tensor<?x?x?x?xf32>, %s: f32, %i: index, %n: tensor<7x16xf32>) {
  %0 = linalg.pack %v outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %d : tensor<8x16xf32> -> tensor<8x4x2x2xf32>
  %1 = linalg.pack %v padding_value(%s : f32) inner_dims_pos = [0, 1] inner_tiles = [%i, 2] into %e {my.hint} : tensor<8x16xf32> -> tensor<?x?x?x2xf32>
  %2 = linalg.pack %v padding_value(%s : f32) inner_dims_pos = [1, 0] inner_tiles = [%i, %i] into %f : tensor<8x16xf32> -> tensor<?x?x?x?xf32>
  %3 = linalg.unpack %0 outer_dims_perm = [1, 0] inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %n : tensor<8x4x2x2xf32> -> tensor<7x16xf32>
  %4 = linalg.unpack %2 inner_dims_pos = [1, 0] inner_tiles = [%i, %i] into %v : tensor<?x?x?x?xf32> -> tensor<8x16xf32>
  return
}
// -----
func.func @in_memory(%a: memref<4x4xf32>, %s: f32) {
  linalg.fill ins(%s : f32) outs(%a : memref<4x4xf32>)
  return
}
