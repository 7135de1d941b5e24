func.func @main(%t: tensor<5x3xf32>, %i: tensor<4xi32>, %j: tensor<4xi8>) -> (tensor<4x3xf32>, tensor<4xf32>) {
  %0 = tensor.empty() : tensor<4x3xf32>
  %3 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%i : tensor<4xi32>) outs(%0 : tensor<4x3xf32>) {
  ^bb0(%1: i32, %2: f32):
    %4 = arith.index_cast %1 : i32 to index
    %5 = linalg.index 1 : index
    %6 = tensor.extract %t[%4, %5] : tensor<5x3xf32>
    linalg.yield %6 : f32
  } -> tensor<4x3xf32>
  %7 = tensor.empty() : tensor<4xf32>
  %11 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]} ins(%i, %j : tensor<4xi32>, tensor<4xi8>) outs(%7 : tensor<4xf32>) {
  ^bb0(%8: i32, %9: i8, %10: f32):
    %12 = arith.index_cast %8 : i32 to index
    %13 = arith.index_castui %9 : i8 to index
    %14 = tensor.extract %t[%12, %13] : tensor<5x3xf32>
    linalg.yield %14 : f32
  } -> tensor<4xf32>
  return %3, %11 : tensor<4x3xf32>, tensor<4xf32>
}
