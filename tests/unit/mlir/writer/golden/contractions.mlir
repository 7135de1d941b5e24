func.func @main(%a: tensor<4x8xf32>, %b: tensor<8x5xf32>, %c: tensor<5x8xf32>, %d: tensor<4x5xf32>) -> (tensor<4x5xf32>, tensor<4x5xf32>) {
  %0 = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x5xf32>) outs(%d : tensor<4x5xf32>) -> tensor<4x5xf32>
  %1 = arith.constant 0.0 : f32
  %2 = tensor.empty() : tensor<4x5xf32>
  %3 = linalg.fill ins(%1 : f32) outs(%2 : tensor<4x5xf32>) -> tensor<4x5xf32>
  %7 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d2)>, affine_map<(d0, d1, d2) -> (d1, d2)>, affine_map<(d0, d1, d2) -> (d0, d1)>], iterator_types = ["parallel", "parallel", "reduction"]} ins(%a, %c : tensor<4x8xf32>, tensor<5x8xf32>) outs(%3 : tensor<4x5xf32>) {
  ^bb0(%4: f32, %5: f32, %6: f32):
    %8 = arith.mulf %4, %5 : f32
    %9 = arith.addf %6, %8 : f32
    linalg.yield %9 : f32
  } -> tensor<4x5xf32>
  return %0, %7 : tensor<4x5xf32>, tensor<4x5xf32>
}
